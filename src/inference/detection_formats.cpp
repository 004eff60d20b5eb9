#include "inference/detection_formats.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "saker/value.hpp"

namespace saker {
namespace {

std::string quoted(const std::string& text) { return Value(text).to_json(); }

}  // namespace

std::string class_name(std::int64_t label, const ClassNames& names) {
  for (const auto& [id, name] : names) {
    if (id == label) return name;
  }
  return fmt::format("class {}", label);
}

Detections sorted_by_score(const Detections& detections) {
  std::vector<std::size_t> order(detections.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return detections.scores[a] > detections.scores[b];
  });
  Detections sorted;
  for (const std::size_t i : order)
    sorted.add(detections.labels[i], detections.bboxes[i], detections.scores[i]);
  return sorted;
}

std::string to_json_line(const ImageDetections& image, const ClassNames& names) {
  const Detections sorted = sorted_by_score(image.detections);
  std::string text = fmt::format(R"({{"image": {}, "width": {}, "height": {}, "detections": [)",
                                 quoted(image.image),
                                 image.width,
                                 image.height);
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const Box& box = sorted.bboxes[i];
    // Nine digits bring every float back exactly.
    text += fmt::format(
        R"({}{{"label": {}, "name": {}, "score": {:.9g}, "bbox": [{:.9g}, {:.9g}, {:.9g}, {:.9g}]}})",
        i == 0 ? "" : ", ",
        sorted.labels[i],
        quoted(class_name(sorted.labels[i], names)),
        sorted.scores[i],
        box.x1,
        box.y1,
        box.x2,
        box.y2);
  }
  return text + "]}";
}

std::string to_json(const std::vector<ImageDetections>& images, const ClassNames& names) {
  std::string text = "[";
  for (std::size_t i = 0; i < images.size(); ++i)
    text += (i == 0 ? "\n" : ",\n") + to_json_line(images[i], names);
  return text + (images.empty() ? "]\n" : "\n]\n");
}

std::string to_yolo_lines(const ImageDetections& image) {
  const Detections sorted = sorted_by_score(image.detections);
  const auto width = static_cast<double>(image.width);
  const auto height = static_cast<double>(image.height);
  std::string text;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const Box& box = sorted.bboxes[i];
    const double x1 = std::clamp(static_cast<double>(box.x1), 0.0, width);
    const double y1 = std::clamp(static_cast<double>(box.y1), 0.0, height);
    const double x2 = std::clamp(static_cast<double>(box.x2), 0.0, width);
    const double y2 = std::clamp(static_cast<double>(box.y2), 0.0, height);
    if (x2 <= x1 || y2 <= y1) continue;
    text += fmt::format("{} {:.6f} {:.6f} {:.6f} {:.6f} {:.6f}\n",
                        sorted.labels[i],
                        (x1 + x2) / 2 / width,
                        (y1 + y2) / 2 / height,
                        (x2 - x1) / width,
                        (y2 - y1) / height,
                        sorted.scores[i]);
  }
  return text;
}

std::string to_coco_results(const std::vector<ImageDetections>& images) {
  std::string text = "[";
  const char* separator = "\n";
  for (std::size_t k = 0; k < images.size(); ++k) {
    const Detections sorted = sorted_by_score(images[k].detections);
    for (std::size_t i = 0; i < sorted.size(); ++i) {
      const Box& box = sorted.bboxes[i];
      text += fmt::format(
          R"({}{{"image_id": {}, "category_id": {}, "bbox": [{:.9g}, {:.9g}, {:.9g}, {:.9g}], "score": {:.9g}}})",
          separator,
          k + 1,
          sorted.labels[i],
          box.x1,
          box.y1,
          box.x2 - box.x1,
          box.y2 - box.y1,
          sorted.scores[i]);
      separator = ",\n";
    }
  }
  return text + (text.size() == 1 ? "]\n" : "\n]\n");
}

}  // namespace saker
