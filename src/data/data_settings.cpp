#include "data/data_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "core/settings_reader.hpp"
#include "core/yaml.hpp"
#include "data/absolute_path.hpp"
#include "data/coco_settings.hpp"
#include "data/data_section.hpp"
#include "data/data_yaml.hpp"
#include "data/image_listing.hpp"
#include "data/label_location.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

const char* const kPath = "data.yolo";

std::string key_path(const std::string& key) { return fmt::format("{}.{}", kPath, key); }

void check_split(const std::string& key, const std::string& folder, SettingsProblems& problems) {
  if (has_images_component(folder)) return;
  problems.bad_value(key_path(key),
                     fmt::format("'{}' must have a folder named exactly 'images', which is "
                                 "replaced by 'labels' to find the labels",
                                 folder));
}

std::optional<std::int64_t> class_id(const Value::Key& key) {
  if (const auto* id = std::get_if<std::int64_t>(&key)) return *id;
  const std::string& text = std::get<std::string>(key);
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return id;
}

void add_name(std::int64_t id, const Value& name, ClassNames& names, SettingsProblems& problems) {
  const std::string path = key_path(fmt::format("names.{}", id));
  const auto same_id = [id](const auto& entry) { return entry.first == id; };
  if (!name.is_string()) {
    problems.wrong_type(path, "text", name);
  } else if (std::any_of(names.begin(), names.end(), same_id)) {
    problems.bad_value(path, "the id stands twice; give each class one id");
  } else {
    names.emplace_back(id, name.as_string());
  }
}

ClassNames read_names(SettingsReader& reader) {
  ClassNames names;
  SettingsProblems& problems = reader.problems();
  const Value* value = reader.find(
      {"names",
       "YOLO: class id to name, or names whose ids count from 0; the order is the network's"},
      {"map or list of texts"});
  if (value == nullptr) {
    problems.missing_key(reader.path_of("names"));
  } else if (value->is_array()) {
    std::int64_t id = 0;
    for (const Value& name : value->as_array()) add_name(id++, name, names, problems);
  } else if (value->is_object()) {
    for (const auto& [key, name] : value->as_object()) {
      if (const auto id = class_id(key)) {
        add_name(*id, name, names, problems);
      } else {
        problems.bad_value(key_path("names"),
                           fmt::format("key '{}' must be an integer class id", key_text(key)));
      }
    }
  } else {
    problems.wrong_type(
        key_path("names"), "a map from class id to name or a list of names", *value);
  }
  return names;
}

// Any other format is a problem.
bool is_coco(const Value& map, SettingsProblems& problems) {
  const Value* format = map.find("format");
  if (format == nullptr || *format == Value("yolo")) return false;
  if (*format == Value("coco")) return true;
  problems.bad_value("data",
                     fmt::format("format must be 'yolo' or 'coco' but got {}", format->to_json()));
  return false;
}

DataArgs read_yolo_map(const Value& map,
                       SettingsProblems& problems,
                       const std::filesystem::path& base_folder,
                       bool from_file) {
  DataArgs args;
  SettingsReader reader(map, data_section(kPath, problems), problems);
  read_data_format(reader);
  std::string path;
  if (reader.read(
          {"path", "YOLO: root folder; in a YAML file relative to it, which is its default"},
          path)) {
    args.path = absolute_path(base_folder, path);
  } else if (!reader.has("path")) {
    if (from_file) {
      args.path = absolute_path(base_folder, "");
    } else {
      problems.missing_key(reader.path_of("path"));
    }
  }
  const std::pair<SettingKey, std::string*> splits[] = {
      {{"train", "YOLO: folder of training images below path, with a part `images`"}, &args.train},
      {{"val", "YOLO: folder of validation images below path, with a part `images`"}, &args.val}};
  for (const auto& [key, folder] : splits) {
    if (reader.read(key, *folder)) {
      check_split(std::string(key.name), *folder, problems);
    } else if (!reader.has(key.name)) {
      problems.missing_key(reader.path_of(key));
    }
  }
  std::optional<std::string> test;
  reader.read({"test", "YOLO: folder of test images, which training does not use"}, test);
  args.test = test.value_or("");
  args.names = read_names(reader);
  args.ignore_classes = read_ignored_classes(reader);
  reader.read({"skip_if_label_file_missing",
               "YOLO: leave out images without a label file, which are negatives otherwise"},
              args.skip_if_label_file_missing);
  if (!from_file) {
    reader.finish();
  } else if (map.find("skip_if_annotations_missing") != nullptr) {
    problems.unknown_key(key_path("skip_if_annotations_missing"), {"skip_if_label_file_missing"});
  }
  return args;
}

// Keys that neither format of a data file knows, as text for a warning. Keys of the other format
// are problems.
std::string foreign_keys(const Value& map) {
  static const std::vector<std::string> known = {"format",
                                                 "path",
                                                 "train",
                                                 "val",
                                                 "test",
                                                 "names",
                                                 "ignore_classes",
                                                 "skip_if_label_file_missing",
                                                 "skip_if_annotations_missing"};
  std::string text;
  for (const auto& [key, ignored] : map.as_object()) {
    const std::string name = key_text(key);
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    text += fmt::format("{}'{}'", text.empty() ? "" : ", ", name);
  }
  return text;
}

ResolvedData read_map(const Value& map,
                      SettingsProblems& problems,
                      const std::filesystem::path& base_folder,
                      bool from_file) {
  const std::size_t before = problems.lines().size();
  const bool coco = is_coco(map, problems);
  if (problems.lines().size() > before) return {};
  ResolvedData data{coco ? read_coco_map(map, problems, base_folder, from_file)
                         : read_yolo_map(map, problems, base_folder, from_file),
                    {}};
  const std::string foreign = from_file ? foreign_keys(map) : "";
  if (!foreign.empty()) {
    data.warnings.push_back(fmt::format("keys of the data file that are not used: {}", foreign));
  }
  return data;
}

ResolvedData read_data_file(const std::filesystem::path& file) {
  const Value map = read_yaml_file(file);
  if (!map.is_object()) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("{}: must hold a map with path, train, val and names, or one of COCO data",
                    file.string()));
  }
  SettingsProblems problems;
  try {
    ResolvedData data =
        read_map(map, problems, std::filesystem::absolute(file).parent_path(), true);
    problems.throw_if_any();
    for (std::string& warning : data.warnings)
      warning = fmt::format("{}: {}", file.string(), warning);
    return data;
  } catch (const Error& error) {
    throw error.with_context(file.string());
  }
}

bool has_path_only(const DataArgs& args) {
  return args.train.empty() && args.val.empty() && args.test.empty() && args.names.empty() &&
         args.ignore_classes.empty() && !args.skip_if_label_file_missing && !args.coco.is_given();
}

}  // namespace

void describe_data(SettingsProblems& problems) {
  static_cast<void>(read_yolo_map({}, problems, {}, false));
  static_cast<void>(read_coco_map({}, problems, {}, false));
}

ResolvedData data_from_value(const Value& value,
                             SettingsProblems& problems,
                             const std::filesystem::path& base_folder,
                             bool from_file) {
  if (value.is_string()) return read_data_file(base_folder / value.as_string());
  if (!value.is_object()) {
    problems.wrong_type("data", "a map or the path of a YAML file", value);
    return {};
  }
  return read_map(value, problems, base_folder, from_file);
}

ResolvedData resolve_data(const DataArgs& args) {
  if (has_path_only(args) && !args.path.empty()) {
    if (has_yaml_name(args.path)) return read_data_file(args.path);
    if (const auto yaml = data_yaml_of(args.path)) return read_data_file(yaml->string());
    throw Error(
        ErrorKind::kUsage,
        fmt::format("data: '{}' is neither a YAML file nor a folder with a data.yaml; name one, or "
                    "give train, val and names beside path",
                    args.path));
  }
  if (args.coco.is_given()) return {resolve_coco(args), {}};
  SettingsProblems problems;
  std::error_code ignored;
  if (args.path.empty()) {
    problems.missing_key(key_path("path"));
  } else if (std::filesystem::is_regular_file(args.path, ignored)) {
    problems.bad_value(
        key_path("path"),
        fmt::format("'{}' is a file; name a folder, or a YAML file and no other field", args.path));
  }
  for (const auto& [key, folder] : {std::pair("train", &args.train), std::pair("val", &args.val)}) {
    if (folder->empty()) {
      problems.missing_key(key_path(key));
    } else {
      check_split(key, *folder, problems);
    }
  }
  if (args.names.empty()) problems.missing_key(key_path("names"));
  problems.throw_if_any();
  ResolvedData data{args, {}};
  data.args.path = absolute_path("", args.path);
  return data;
}

Value to_value(const DataArgs& data) {
  if (has_path_only(data) && !data.path.empty()) return data.path;
  if (data.coco.is_given()) return coco_to_value(data);
  Value value;
  value["path"] = data.path;
  value["train"] = data.train;
  value["val"] = data.val;
  if (!data.test.empty()) value["test"] = data.test;
  Value::Object names;
  for (const auto& [id, name] : data.names) names.emplace_back(id, name);
  value["names"] = names;
  if (!data.ignore_classes.empty())
    value["ignore_classes"] = Value::Array(data.ignore_classes.begin(), data.ignore_classes.end());
  value["skip_if_label_file_missing"] = data.skip_if_label_file_missing;
  return value;
}

}  // namespace saker
