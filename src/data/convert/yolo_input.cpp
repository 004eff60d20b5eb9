#include "data/convert/yolo_input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "data/splits.hpp"
#include "data/yolo_dataset.hpp"

namespace saker {
namespace {

// Every class that labels may have, so that boxes of ignored ones are read too.
DataArgs with_ignored_names(const DataArgs& data) {
  DataArgs all = data;
  all.ignore_classes.clear();
  for (const std::int64_t id : data.ignore_classes) {
    const bool is_named =
        std::ranges::any_of(all.names, [id](const auto& entry) { return entry.first == id; });
    if (!is_named) all.names.emplace_back(id, fmt::format("class {}", id));
  }
  return all;
}

}  // namespace

ConversionSet read_yolo_input(const DataArgs& data) {
  const DataArgs all = with_ignored_names(data);
  ConversionSet set{
      .classes = {}, .ignore_classes = data.ignore_classes, .splits = {}, .warnings = {}};
  std::set<std::int64_t> used;
  const std::array folders = {&data.train, &data.val, &data.test};
  for (std::size_t s = 0; s < kSplits.size(); ++s) {
    if (folders[s]->empty()) continue;
    const DetectionDataset dataset = read_yolo_dataset(all, kSplits[s]);
    const DatasetStatistics& statistics = dataset.statistics();
    ConvertedSplit split{.split = kSplits[s], .folder = statistics.folder, .images = {}};
    for (std::int64_t i = 0; i < dataset.size(); ++i) {
      ConvertedImage image{
          .path = dataset.path(i), .name = dataset.name(i), .place = {}, .size = {}, .boxes = {}};
      image.place = image.path;
      const Annotations annotations = dataset.annotations(i);
      for (std::size_t k = 0; k < annotations.boxes.size(); ++k) {
        const NormalizedBox& box = annotations.boxes[k];
        const std::int64_t id = dataset.classes().id(annotations.classes[k]);
        used.insert(id);
        image.boxes.push_back({.class_id = id,
                               .box = {box.center_x - box.width / 2,
                                       box.center_y - box.height / 2,
                                       box.width,
                                       box.height}});
      }
      split.images.push_back(std::move(image));
    }
    set.splits.push_back(std::move(split));
    // Classes without boxes are no matter of the format.
    DatasetStatistics of_files = statistics;
    of_files.class_names.clear();
    for (std::string& line : of_files.warnings()) set.warnings.push_back(std::move(line));
    if (statistics.skipped_images > 0)
      set.warnings.push_back(
          fmt::format("{}: {} images without a label file left out (skip_if_label_file_missing)",
                      kSplits[s],
                      statistics.skipped_images));
    if (statistics.duplicate_lines > 0)
      set.warnings.push_back(
          fmt::format("{}: {} label lines left out that repeat a line of their file",
                      kSplits[s],
                      statistics.duplicate_lines));
  }
  for (auto& entry : all.names) {
    const bool is_given = set.classes.size() < data.names.size();
    if (is_given || used.contains(entry.first)) set.classes.push_back(entry);
  }
  return set;
}

}  // namespace saker
