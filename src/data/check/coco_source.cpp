#include "data/check/coco_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <unordered_map>
#include <utility>

#include "core/file.hpp"
#include "data/coco_dataset.hpp"
#include "data/splits.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

// "a.json: images[3].id is ..." as place and problem; the place is empty where there is none.
DataFinding finding_of(const Error& error, const std::string& split, const std::string& json) {
  return {.split = split, .file = json, .message = without_path(error, json)};
}

FindingKind kind_of(const Error& error) {
  return error.kind() == ErrorKind::kData ? FindingKind::kAnnotationInvalid
                                          : FindingKind::kLabelUnreadable;
}

}  // namespace

ClassNames checked_coco_classes(const DataArgs& data, bool train_is_checked, Findings& findings) {
  const std::string& json = data.coco.train.annotations;
  try {
    CocoFileDetails details;
    return read_coco_categories(json, details);
  } catch (const Error& error) {
    if (!train_is_checked) findings.add(kind_of(error), finding_of(error, "train", json));
    return {};
  }
}

CocoSource::CocoSource(const DataArgs& data, std::string split, const ClassMap& classes)
    : classes_(classes), split_(std::move(split)) {
  const CocoSplit& files = coco_split_of(data, split_);
  json_ = files.annotations;
  images_ = coco_image_folder(files);
  try {
    read(data);
  } catch (const Error& error) {
    listing_.add(kind_of(error), finding_of(error, split_, json_));
    file_ = {};
    return;
  }
  if (split_ != "train") compare_names();
  find_repeated_images();
  if (samples_.empty()) {
    listing_.add(FindingKind::kSplitEmpty,
                 finding("images",
                         {},
                         file_.images.empty() ? "lists no image that can be read"
                                              : "no image has an annotation"));
  }
}

void CocoSource::read(const DataArgs& data) {
  CocoFileDetails details;
  file_ = read_coco_file(json_, details);
  for (CocoFileDetails::Problem& problem : details.problems) {
    listing_.add(FindingKind::kAnnotationInvalid,
                 finding(std::move(problem.place), {}, std::move(problem.message)));
  }
  for (std::size_t i = 0; i < file_.images.size(); ++i) {
    if (data.coco.skip_if_annotations_missing && file_.annotations_of(i).empty()) {
      listing_.add(FindingKind::kLabelMissing,
                   finding(fmt::format("images[{}]", file_.images[i].entry),
                           {},
                           "left out, since skip_if_annotations_missing is on"));
    } else {
      samples_.push_back(i);
    }
  }
}

void CocoSource::compare_names() {
  for (const auto& [id, name] : file_.categories) {
    const std::optional<std::int64_t> index = classes_.index(id);
    if (!index || classes_.name(*index) == name) continue;
    listing_.add(FindingKind::kCategoryRenamed,
                 finding("categories",
                         name,
                         fmt::format("category {} is '{}', but '{}' in the train file",
                                     id,
                                     name,
                                     classes_.name(*index))));
  }
}

void CocoSource::find_repeated_images() {
  std::unordered_map<std::string_view, const CocoImage*> known;
  for (const std::size_t i : samples_) {
    const CocoImage& image = file_.images[i];
    const auto [first, is_new] = known.emplace(image.file_name, &image);
    if (is_new) continue;
    listing_.add(FindingKind::kImageListedTwice,
                 finding(fmt::format("images[{}].file_name", image.entry),
                         image.file_name,
                         fmt::format("stands in images[{}] too", first->second->entry)));
  }
}

DataFinding CocoSource::finding(std::string place, std::string value, std::string message) const {
  return {.split = split_,
          .file = json_,
          .place = std::move(place),
          .value = std::move(value),
          .message = std::move(message)};
}

std::string CocoSource::image(std::int64_t i) const {
  return (std::filesystem::path(images_) / file_.images[image_index(i)].file_name).string();
}

CheckedLabels CocoSource::labels(std::int64_t i, Findings& findings) const {
  const CocoImage& entry = file_.images[image_index(i)];
  CheckedLabels labels;
  labels.file = json_;
  labels.image_place = fmt::format("images[{}]", entry.entry);
  labels.image_size = entry.size;
  const std::string path = image(i);
  const auto add = [&](FindingKind kind, std::string place, std::string value, std::string text) {
    DataFinding found = finding(std::move(place), std::move(value), std::move(text));
    if (kind != FindingKind::kImageMissing) found.image = path;
    findings.add(kind, std::move(found));
  };
  if (!is_there(path)) {
    labels.image_is_missing = true;
    add(FindingKind::kImageMissing,
        labels.image_place + ".file_name",
        entry.file_name,
        "is not in " + images_);
  }
  const auto annotations = file_.annotations_of(image_index(i));
  if (annotations.empty()) add(FindingKind::kLabelMissing, labels.image_place, {}, "no annotation");
  for (const CocoAnnotation& annotation : annotations) {
    if (const std::optional<std::int64_t> index = classes_.index(annotation.category_id)) {
      labels.boxes.push_back({.class_index = *index,
                              .box = normalized(annotation.box, entry.size),
                              .entry = annotation.entry});
    } else if (classes_.ignores(annotation.category_id)) {
      ++labels.ignored_boxes;
      if (std::ranges::find(labels.ignored_classes, annotation.category_id) ==
          labels.ignored_classes.end())
        labels.ignored_classes.push_back(annotation.category_id);
    } else {
      add(FindingKind::kCategoryUnknown,
          fmt::format("annotations[{}].category_id", annotation.entry),
          std::to_string(annotation.category_id),
          fmt::format("category {} is unknown; the train file has {}",
                      annotation.category_id,
                      classes_.describe_ids()));
    }
  }
  return labels;
}

}  // namespace saker
