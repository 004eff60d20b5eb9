#include "data/coco_dataset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <utility>

#include "data/coco_file.hpp"
#include "data/splits.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

// Messages list this many ids and names at most.
constexpr std::size_t kListed = 20;

ClassMap make_classes(const CocoFile& file, const CocoSplit& split, const DataArgs& data) {
  if (file.categories.empty()) {
    throw Error(
        ErrorKind::kData,
        fmt::format("{}: categories is empty, so there is no class to detect", split.annotations));
  }
  return {file.categories, data.ignore_classes};
}

// Ids count, not names; different names for one id are most likely a mistake.
void compare_names(const CocoFile& file, const ClassMap& classes, DatasetStatistics& statistics) {
  for (const auto& [id, name] : file.categories) {
    const std::optional<std::int64_t> index = classes.index(id);
    if (!index || classes.name(*index) == name) continue;
    if (statistics.renamed_classes.size() == kListed) return;
    statistics.renamed_classes.push_back(fmt::format(
        "{} is '{}', but '{}' in the train file; ids count", id, name, classes.name(*index)));
  }
}

void count_unknown(std::int64_t category_id, DatasetStatistics& statistics) {
  ++statistics.unknown_boxes;
  std::vector<std::int64_t>& ids = statistics.unknown_classes;
  if (ids.size() < kListed && std::find(ids.begin(), ids.end(), category_id) == ids.end())
    ids.push_back(category_id);
}

PixelAnnotations annotations_of_known_classes(const CocoFile& file,
                                              std::size_t image,
                                              DetectionDataset& dataset) {
  PixelAnnotations annotations{.image = file.images[image].size, .boxes = {}, .classes = {}};
  for (const CocoAnnotation& annotation : file.annotations_of(image)) {
    const std::optional<std::int64_t> index = dataset.classes().index(annotation.category_id);
    if (index) {
      annotations.boxes.push_back(annotation.box);
      annotations.classes.push_back(*index);
    } else if (dataset.classes().ignores(annotation.category_id)) {
      ++dataset.statistics().ignored_boxes;
    } else {
      count_unknown(annotation.category_id, dataset.statistics());
    }
  }
  return annotations;
}

void require_image_files(const CocoFile& file, const CocoSplit& split, const std::string& folder) {
  std::size_t missing = 0, first = 0;
  for (std::size_t i = 0; i < file.images.size(); ++i) {
    std::error_code ignored;
    if (std::filesystem::exists(std::filesystem::path(folder) / file.images[i].file_name, ignored))
      continue;
    if (missing++ == 0) first = i;
  }
  if (missing == 0) return;
  throw Error(ErrorKind::kData,
              fmt::format("{}: images[{}].file_name '{}' is not in {} ({} of {} images are "
                          "missing); set `images` to their folder, relative to that of the "
                          "annotations",
                          split.annotations,
                          first,
                          file.images[first].file_name,
                          folder,
                          missing,
                          file.images.size()));
}

[[noreturn]] void fail_empty(const CocoSplit& split, const DatasetStatistics& statistics) {
  throw Error(ErrorKind::kData,
              fmt::format("the {} dataset is empty: {} holds {}",
                          statistics.split,
                          split.annotations,
                          statistics.skipped_images == 0
                              ? "no image"
                              : fmt::format("{} images, none of them with an annotation, and "
                                            "skip_if_annotations_missing is on",
                                            statistics.skipped_images)));
}

}  // namespace

std::string coco_image_folder(const CocoSplit& split) {
  const std::filesystem::path folder =
      std::filesystem::path(split.annotations).parent_path() / split.images;
  std::string text = folder.lexically_normal().string();
  if (text.size() > 1 && text.ends_with('/')) text.pop_back();
  return text.empty() ? "." : text;
}

const CocoSplit& coco_split_of(const DataArgs& data, const std::string& split) {
  const std::array splits = {&data.coco.train, &data.coco.val, &data.coco.test};
  const CocoSplit& found = *splits[split_index(split)];
  if (found.annotations.empty()) {
    throw Error(ErrorKind::kUsage,
                fmt::format("data.{0}.annotations is missing; name the annotation file of the {0} "
                            "split",
                            split));
  }
  return found;
}

DetectionDataset read_coco_split(const CocoSplit& split,
                                 const std::string& name,
                                 const DataArgs& data,
                                 const ClassMap* classes) {
  const CocoFile file = read_coco_file(split.annotations);
  DetectionDataset dataset(
      classes != nullptr ? *classes : make_classes(file, split, data),
      {.split = name, .folder = coco_image_folder(split), .format = LabelFormat::kCoco});
  DatasetStatistics& statistics = dataset.statistics();
  if (classes != nullptr) compare_names(file, *classes, statistics);
  statistics.crowd_boxes = file.crowd_boxes;
  statistics.polygons = file.polygons;
  require_image_files(file, split, statistics.folder);
  for (std::size_t i = 0; i < file.images.size(); ++i) {
    const bool has_annotations = !file.annotations_of(i).empty();
    if (!has_annotations && data.coco.skip_if_annotations_missing) {
      ++statistics.skipped_images;
      continue;
    }
    const PixelAnnotations annotations = annotations_of_known_classes(file, i, dataset);
    if (!has_annotations) {
      ++statistics.without_label_file;
    } else if (annotations.boxes.empty()) {
      ++statistics.with_ignored_classes_only;
    }
    dataset.add(file.images[i].file_name, annotations);
  }
  if (dataset.size() == 0) fail_empty(split, statistics);
  dataset.finish();
  return dataset;
}

}  // namespace saker
