#include "data/convert/input_format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

#include "data/absolute_path.hpp"
#include "data/convert/voc_input.hpp"
#include "data/data_settings.hpp"
#include "data/data_yaml.hpp"
#include "data/splits.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& message) { throw Error(ErrorKind::kUsage, message); }

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

bool is_json(const fs::path& path) { return lower(path.extension().string()) == ".json"; }

// Files of a folder, sorted; none of one that is not there.
std::vector<fs::path> files_of(const fs::path& folder, bool (*wanted)(const fs::path&)) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (wanted(entry->path()) && entry->is_regular_file(error)) files.push_back(entry->path());
  }
  std::ranges::sort(files);
  return files;
}

// COCO's own folder holds captions and key points beside the boxes.
std::vector<std::string> coco_files_of(const fs::path& folder) {
  std::vector<fs::path> files = files_of(folder, is_json);
  if (files.empty()) files = files_of(folder / "annotations", is_json);
  if (files.empty()) {
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
      const fs::path file = entry->path() / "_annotations.coco.json";
      if (fs::is_regular_file(file, error)) files.push_back(file);
    }
    std::ranges::sort(files);
  }
  const auto is_instances = [](const fs::path& file) {
    return file.filename().string().starts_with("instances");
  };
  if (std::ranges::any_of(files, is_instances)) {
    std::erase_if(files, [&](const fs::path& file) { return !is_instances(file); });
  }
  return {files.begin(), files.end()};
}

std::optional<std::size_t> split_of_word(std::string_view word) {
  for (std::size_t split = 0; split < kSplits.size(); ++split) {
    if (word.starts_with(kSplits[split])) return split;
  }
  return std::nullopt;
}

// By a word of the file's name, such as "instances_train2017", or else by the name of its folder.
std::optional<std::size_t> split_of(const fs::path& file) {
  const std::string stem = lower(file.stem().string());
  for (std::size_t i = 0; i < stem.size(); ++i) {
    const auto is_letter = [&](std::size_t at) { return stem[at] >= 'a' && stem[at] <= 'z'; };
    if (i > 0 && is_letter(i - 1)) continue;
    if (const auto split = split_of_word(std::string_view(stem).substr(i))) return split;
  }
  return split_of_word(lower(file.parent_path().filename().string()));
}

ConversionInput coco_input(const std::vector<std::string>& files) {
  ConversionInput input{.format = LabelFormat::kCoco};
  input.folders_are_told = false;
  const std::array splits = {&input.data.coco.train, &input.data.coco.val, &input.data.coco.test};
  for (const std::string& given : files) {
    const std::string file = absolute_path("", given);
    std::optional<std::size_t> split = split_of(file);
    if (!split && files.size() == 1) split = 0;
    if (!split) {
      fail(
          fmt::format("{}: neither its name nor that of its folder tells the split; rename it so "
                      "that it has train, val or test in it",
                      file));
    }
    CocoSplit& target = *splits[*split];
    if (!target.annotations.empty()) {
      fail(fmt::format("{} and {} are both of the split {}; name the files to convert",
                       target.annotations,
                       file,
                       kSplits[*split]));
    }
    target.annotations = file;
    input.found +=
        fmt::format("{}{} from {}", input.found.empty() ? "" : ", ", kSplits[*split], file);
  }
  return input;
}

ConversionInput yaml_input(const fs::path& file) {
  ResolvedData data = resolve_data({.path = file.string()});
  return {.format = data.args.coco.is_given() ? LabelFormat::kCoco : LabelFormat::kYolo,
          .found = file.string(),
          .data = std::move(data.args),
          .folders_are_told = true,
          .voc_folder = {},
          .warnings = std::move(data.warnings)};
}

ConversionInput voc_input(const fs::path& folder, const char* what) {
  ConversionInput input{.format = LabelFormat::kVoc};
  input.voc_folder = absolute_path("", folder.string());
  input.found = fmt::format("{} in {}", what, input.voc_folder);
  return input;
}

ConversionInput folder_input(const fs::path& folder, const ConvertDataArgs& args) {
  const auto may_be = [&](const char* format) { return args.from.empty() || args.from == format; };
  if (may_be("yolo") || may_be("coco")) {
    if (const std::optional<fs::path> yaml = data_yaml_of(folder)) return yaml_input(*yaml);
  }
  if (may_be("voc") && has_voc_folders(folder)) return voc_input(folder, "Annotations/*.xml");
  if (may_be("coco")) {
    const std::vector<std::string> files = coco_files_of(folder);
    if (!files.empty()) return coco_input(files);
  }
  if (may_be("voc") && has_voc_files(folder)) return voc_input(folder, "XML files");
  fail(
      fmt::format("{}: holds no {}; a YOLO data set has a data.yaml, COCO data have JSON files, "
                  "Pascal VOC data have Annotations/*.xml",
                  folder.string(),
                  args.from.empty() ? "data set that is known" : args.from + " data"));
}

ConversionInput find(const ConvertDataArgs& args) {
  if (args.in.size() > 1) {
    for (const std::string& file : args.in) {
      if (!is_json(file))
        fail(fmt::format("{}: several inputs must all be JSON files of COCO data", file));
    }
    return coco_input(args.in);
  }
  const fs::path path = args.in.front();
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return folder_input(path, args);
  if (!fs::exists(path, ignored)) fail(fmt::format("{}: is not there", path.string()));
  if (has_yaml_name(path)) return yaml_input(path);
  if (is_json(path)) return coco_input(args.in);
  fail(
      fmt::format("{}: is neither a data YAML, nor a COCO JSON file, nor a folder", path.string()));
}

}  // namespace

const char* to_string(LabelFormat format) noexcept {
  switch (format) {
    case LabelFormat::kYolo:
      return "yolo";
    case LabelFormat::kCoco:
      return "coco";
    case LabelFormat::kVoc:
      break;
  }
  return "voc";
}

ConversionInput find_input(const ConvertDataArgs& args) {
  ConversionInput input = find(args);
  const std::string format = to_string(input.format);
  if (!args.from.empty() && args.from != format) {
    fail(fmt::format("{}: is {} data, not {}", args.in.front(), format, args.from));
  }
  return input;
}

}  // namespace saker
