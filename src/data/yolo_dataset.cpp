#include "data/yolo_dataset.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <utility>

#include "core/file.hpp"
#include "data/image_listing.hpp"
#include "data/label_file.hpp"
#include "data/label_location.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

const std::string& folder_of_split(const DataArgs& data, const std::string& split) {
  const std::string* folder = nullptr;
  if (split == "train") folder = &data.train;
  if (split == "val") folder = &data.val;
  if (split == "test") folder = &data.test;
  if (folder == nullptr) {
    throw Error(ErrorKind::kUsage,
                fmt::format("split '{}' is unknown; it is train, val or test", split));
  }
  if (folder->empty()) {
    throw Error(ErrorKind::kUsage,
                fmt::format("data.{0} is missing; name the image folder of the {0} split", split));
  }
  return *folder;
}

// Nothing when the file does not exist.
std::optional<std::string> read_if_there(const std::string& path) {
  try {
    return read_text_file(path);
  } catch (const Error&) {
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored) && !std::filesystem::is_symlink(path, ignored)) {
      return std::nullopt;
    }
    throw;
  }
}

[[noreturn]] void fail_empty(const DatasetStatistics& statistics) {
  std::string reason = "holds no image of a format that is read";
  std::error_code ignored;
  if (!std::filesystem::is_directory(statistics.folder, ignored)) {
    reason = "is no folder";
  } else if (statistics.skipped_images > 0) {
    reason = fmt::format(
        "holds {} images, none of them with a label file, and skip_if_label_file_missing is on",
        statistics.skipped_images);
  }
  throw Error(ErrorKind::kData,
              fmt::format("the {0} dataset is empty: {1} {2}; check data.path and data.{0}",
                          statistics.split,
                          statistics.folder,
                          reason));
}

}  // namespace

YoloDataset::YoloDataset(const DataArgs& data, const std::string& split)
    : classes_(data.names, data.ignore_classes) {
  const std::string& split_folder = folder_of_split(data, split);
  folder_ = image_folder(data.path, split_folder).string();
  const std::string labels = label_folder(data.path, split_folder).string();

  statistics_.split = split;
  statistics_.folder = folder_;
  for (const auto& [class_id, class_name] : classes_.kept()) {
    statistics_.class_names.push_back(class_name);
  }
  statistics_.boxes_per_class.resize(statistics_.class_names.size());

  const ImageListing listing = list_images(folder_);
  statistics_.ignored_files = listing.ignored_images;
  name_offsets_.reserve(listing.names.size() + 1);
  name_offsets_.push_back(0);
  Annotations annotations;
  for (const std::string& name : listing.names) {
    const std::string label_path = labels + "/" + label_name(name);
    if (!read_labels(label_path, data.skip_if_label_file_missing, annotations)) continue;
    labels_.append(annotations);
    names_ += name;
    name_offsets_.push_back(names_.size());
  }
  statistics_.images = size();
  if (size() == 0) fail_empty(statistics_);
  names_.shrink_to_fit();
  name_offsets_.shrink_to_fit();
  labels_.shrink_to_fit();
}

bool YoloDataset::read_labels(const std::string& label_path,
                              bool skip_if_missing,
                              Annotations& annotations) {
  annotations.boxes.clear();
  annotations.classes.clear();
  const std::optional<std::string> text = read_if_there(label_path);
  if (!text) {
    ++(skip_if_missing ? statistics_.skipped_images : statistics_.without_label_file);
    return !skip_if_missing;
  }
  const LabelFile file = parse_label_text(*text, label_path);
  statistics_.duplicate_lines += file.duplicates;
  statistics_.wide_lines += file.wide_lines;
  for (const LabelLine& line : file.lines) {
    const std::optional<std::int64_t> index = classes_.index(line.class_id);
    if (index) {
      annotations.boxes.push_back(line.box);
      annotations.classes.push_back(*index);
      ++statistics_.boxes_per_class[static_cast<std::size_t>(*index)];
    } else if (classes_.ignores(line.class_id)) {
      ++statistics_.ignored_boxes;
    } else {
      throw Error(
          ErrorKind::kData,
          fmt::format(
              "{}:{}: class {} is unknown, data.names has {}; add it to names or to ignore_classes",
              label_path,
              line.line,
              line.class_id,
              classes_.describe_ids()));
    }
  }
  statistics_.boxes += static_cast<std::int64_t>(annotations.boxes.size());
  if (file.lines.empty()) {
    ++statistics_.with_empty_label_file;
  } else if (annotations.boxes.empty()) {
    ++statistics_.with_ignored_classes_only;
  }
  return true;
}

std::string YoloDataset::path(std::int64_t i) const { return folder_ + "/" + relative_path(i); }

std::string YoloDataset::relative_path(std::int64_t i) const {
  const std::uint64_t begin = name_offsets_[static_cast<std::size_t>(i)];
  return names_.substr(begin, name_offsets_[static_cast<std::size_t>(i) + 1] - begin);
}

std::size_t YoloDataset::memory_bytes() const noexcept {
  return names_.capacity() + name_offsets_.capacity() * sizeof(std::uint64_t) +
         labels_.memory_bytes();
}

}  // namespace saker
