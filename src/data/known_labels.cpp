#include "data/known_labels.hpp"

#include <algorithm>
#include <filesystem>

#include "core/file.hpp"
#include "data/label_file.hpp"
#include "data/read_dataset.hpp"

namespace saker {
namespace {

std::string without_links(const std::filesystem::path& path) {
  std::error_code error;
  const std::filesystem::path resolved = std::filesystem::weakly_canonical(path, error);
  return error ? path.string() : resolved.string();
}

// Where YOLO keeps the label of an image, the likelier place first.
std::vector<std::filesystem::path> label_places(const std::filesystem::path& image) {
  std::vector<std::filesystem::path> parts(image.begin(), image.end());
  std::vector<std::filesystem::path> places;
  const auto folder = std::find(parts.rbegin(), parts.rend(), "images");
  if (folder != parts.rend()) {
    *folder = "labels";
    std::filesystem::path place;
    for (const std::filesystem::path& part : parts) place /= part;
    places.push_back(place.replace_extension(".txt"));
  }
  places.push_back(std::filesystem::path(image).replace_extension(".txt"));
  return places;
}

float pixels(double fraction, std::int64_t side) {
  return static_cast<float>(fraction * static_cast<double>(side));
}

}  // namespace

KnownLabels::KnownLabels(const DataArgs& data) : of_data_set_(true) {
  const auto is_named = [](const std::string& yolo, const CocoSplit& coco) {
    return !yolo.empty() || !coco.annotations.empty();
  };
  const std::pair<const char*, bool> splits[] = {{"train", is_named(data.train, data.coco.train)},
                                                 {"val", is_named(data.val, data.coco.val)},
                                                 {"test", is_named(data.test, data.coco.test)}};
  for (const auto& [split, is_there] : splits) {
    if (!is_there) continue;
    const DetectionDataset images = read_dataset(data, split);
    for (std::int64_t i = 0; i < images.size(); ++i) {
      const Annotations annotations = images.annotations(i);
      Labels labels{.ids = {}, .boxes = annotations.boxes};
      for (const std::int64_t index : annotations.classes)
        labels.ids.push_back(images.classes().id(index));
      labels_[without_links(images.path(i))] = std::move(labels);
    }
  }
}

std::optional<KnownLabels::Labels> KnownLabels::read_label_file(const std::string& image) {
  for (const std::filesystem::path& place : label_places(image)) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(place, error)) continue;
    Labels labels;
    for (const LabelLine& line : parse_label_text(read_text_file(place), place.string()).lines) {
      labels.ids.push_back(line.class_id);
      labels.boxes.push_back(line.box);
    }
    return labels;
  }
  return std::nullopt;
}

std::optional<Detections> KnownLabels::find(const std::string& image,
                                            std::int64_t width,
                                            std::int64_t height) const {
  std::optional<Labels> labels;
  if (of_data_set_) {
    const auto found = labels_.find(without_links(image));
    if (found != labels_.end()) labels = found->second;
  } else {
    labels = read_label_file(image);
  }
  if (!labels) return std::nullopt;
  Detections known;
  known.labels = labels->ids;
  for (const NormalizedBox& box : labels->boxes) {
    known.bboxes.push_back({pixels(box.center_x - box.width / 2, width),
                            pixels(box.center_y - box.height / 2, height),
                            pixels(box.center_x + box.width / 2, width),
                            pixels(box.center_y + box.height / 2, height)});
  }
  return known;
}

}  // namespace saker
