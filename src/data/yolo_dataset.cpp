#include "data/yolo_dataset.hpp"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <optional>
#include <utility>

#include "core/file.hpp"
#include "data/image_listing.hpp"
#include "data/label_file.hpp"
#include "data/label_location.hpp"
#include "data/splits.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

// Nothing when the file does not exist.
std::optional<std::string> read_if_there(const std::string& path) {
  try {
    return read_text_file(path);
  } catch (const Error&) {
    if (!is_there(path)) return std::nullopt;
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

// The labels of one image; nothing when the image is to be left out.
std::optional<Annotations> read_labels(const std::string& label_path,
                                       bool skip_if_missing,
                                       DetectionDataset& dataset) {
  DatasetStatistics& statistics = dataset.statistics();
  const std::optional<std::string> text = read_if_there(label_path);
  if (!text) {
    ++(skip_if_missing ? statistics.skipped_images : statistics.without_label_file);
    return skip_if_missing ? std::nullopt : std::optional<Annotations>(std::in_place);
  }
  const LabelFile file = parse_label_text(*text, label_path);
  statistics.duplicate_lines += file.duplicates;
  statistics.wide_lines += file.wide_lines;
  Annotations annotations;
  for (const LabelLine& line : file.lines) {
    const std::optional<std::int64_t> index = dataset.classes().index(line.class_id);
    if (index) {
      annotations.boxes.push_back(line.box);
      annotations.classes.push_back(*index);
    } else if (dataset.classes().ignores(line.class_id)) {
      ++statistics.ignored_boxes;
    } else {
      throw Error(
          ErrorKind::kData,
          fmt::format(
              "{}:{}: class {} is unknown, data.names has {}; add it to names or to ignore_classes",
              label_path,
              line.line,
              line.class_id,
              dataset.classes().describe_ids()));
    }
  }
  if (file.lines.empty()) {
    ++statistics.with_empty_label_file;
  } else if (annotations.boxes.empty()) {
    ++statistics.with_ignored_classes_only;
  }
  return annotations;
}

}  // namespace

const std::string& folder_of_split(const DataArgs& data, const std::string& split) {
  const std::array folders = {&data.train, &data.val, &data.test};
  const std::string& folder = *folders[split_index(split)];
  if (folder.empty()) {
    throw Error(ErrorKind::kUsage,
                fmt::format("data.{0} is missing; name the image folder of the {0} split", split));
  }
  return folder;
}

DetectionDataset read_yolo_dataset(const DataArgs& data, const std::string& split) {
  const std::string& split_folder = folder_of_split(data, split);
  const std::string labels = label_folder(data.path, split_folder).string();
  const std::string images = image_folder(data.path, split_folder).string();
  DetectionDataset dataset(ClassMap(data.names, data.ignore_classes),
                           {.split = split, .folder = images, .format = LabelFormat::kYolo});
  const ImageListing listing = list_images(images);
  dataset.statistics().ignored_files = listing.ignored_images;
  for (const std::string& name : listing.names) {
    const auto annotations =
        read_labels(labels + "/" + label_name(name), data.skip_if_label_file_missing, dataset);
    if (annotations) dataset.add(name, *annotations);
  }
  if (dataset.size() == 0) fail_empty(dataset.statistics());
  dataset.finish();
  return dataset;
}

}  // namespace saker
