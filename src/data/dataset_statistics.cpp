#include "data/dataset_statistics.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

namespace saker {
namespace {

constexpr std::size_t kListedClasses = 20;

std::string counted(std::int64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

std::string negatives_line(const DatasetStatistics& statistics) {
  const std::int64_t negatives = statistics.without_label_file + statistics.with_empty_label_file +
                                 statistics.with_ignored_classes_only;
  const std::string begin = fmt::format("{}: {} without boxes are used as negatives: ",
                                        statistics.split,
                                        counted(negatives, "image", "images"));
  if (statistics.format == LabelFormat::kCoco) {
    return begin + fmt::format("{} without an annotation, {} with ignored or unknown classes only",
                               statistics.without_label_file,
                               statistics.with_ignored_classes_only);
  }
  return begin +
         fmt::format("{} without a label file, {} with an empty one, {} with ignored classes only",
                     statistics.without_label_file,
                     statistics.with_empty_label_file,
                     statistics.with_ignored_classes_only);
}

std::string skipped_line(const DatasetStatistics& statistics) {
  const bool coco = statistics.format == LabelFormat::kCoco;
  return fmt::format("{}: {} without {} left out ({})",
                     statistics.split,
                     counted(statistics.skipped_images, "image", "images"),
                     coco ? "an annotation" : "a label file",
                     coco ? "skip_if_annotations_missing" : "skip_if_label_file_missing");
}

void warn_of_categories(const DatasetStatistics& statistics, std::vector<std::string>& lines) {
  if (statistics.unknown_boxes > 0) {
    lines.push_back(fmt::format("{}: {} left out whose category the train file does not list: {}{}",
                                statistics.split,
                                counted(statistics.unknown_boxes, "box", "boxes"),
                                fmt::join(statistics.unknown_classes, ", "),
                                statistics.unknown_classes.size() < kListedClasses ? "" : ", ..."));
  }
  for (const std::string& line : statistics.renamed_classes)
    lines.push_back(fmt::format("{}: category {}", statistics.split, line));
}

}  // namespace

std::vector<std::string> DatasetStatistics::log_lines() const {
  std::vector<std::string> lines;
  std::string classes;
  const std::size_t listed = std::min(class_names.size(), kListedClasses);
  for (std::size_t i = 0; i < listed; ++i) {
    classes += fmt::format("{}{} {}", i == 0 ? "" : ", ", class_names[i], boxes_per_class[i]);
  }
  if (listed < class_names.size()) {
    classes += fmt::format(", and {} more classes", class_names.size() - listed);
  }
  lines.push_back(fmt::format("{}: {}, {}{}{}{}",
                              split,
                              counted(images, "image", "images"),
                              counted(boxes, "box", "boxes"),
                              classes.empty() ? "" : " (",
                              classes,
                              classes.empty() ? "" : ")"));

  if (without_label_file + with_empty_label_file + with_ignored_classes_only > 0)
    lines.push_back(negatives_line(*this));
  if (skipped_images > 0) lines.push_back(skipped_line(*this));
  if (ignored_boxes > 0) {
    lines.push_back(fmt::format(
        "{}: {} of ignored classes left out", split, counted(ignored_boxes, "box", "boxes")));
  }
  if (duplicate_lines > 0) {
    lines.push_back(fmt::format("{}: {} left out repeating a line of the same label file",
                                split,
                                counted(duplicate_lines, "label line", "label lines")));
  }
  if (crowd_boxes > 0) {
    lines.push_back(fmt::format("{}: {} of crowds (iscrowd) used like the others",
                                split,
                                counted(crowd_boxes, "box", "boxes")));
  }
  return lines;
}

std::vector<std::string> DatasetStatistics::warnings() const {
  std::vector<std::string> lines;
  if (wide_lines > 0) {
    lines.push_back(
        fmt::format("{}: {} more than 6 columns; if they are polygons or key points, their first "
                    "four numbers are not a "
                    "box: convert them to boxes first",
                    split,
                    counted(wide_lines, "label line has", "label lines have")));
  }
  if (ignored_files > 0) {
    lines.push_back(
        fmt::format("{}: {} under {} left out: only jpg, jpeg, png, ppm, bmp, pgm, tif, tiff, webp "
                    "and dcm are read",
                    split,
                    counted(ignored_files, "image of another format", "images of other formats"),
                    folder));
  }
  warn_of_categories(*this, lines);
  for (std::size_t i = 0; i < class_names.size(); ++i) {
    if (images > 0 && boxes > 0 && boxes_per_class[i] == 0 && split == "train") {
      lines.push_back(fmt::format("{}: class '{}' has no boxes", split, class_names[i]));
    }
  }
  return lines;
}

}  // namespace saker
