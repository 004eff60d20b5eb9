#include "transforms/corner_boxes.hpp"

#include <algorithm>
#include <cstddef>

namespace saker {
namespace {

constexpr double kTolerance = 1e-7;

double area_px(const CornerBox& box, ImageSize size) {
  return (box.x2 - box.x1) * static_cast<double>(size.width) * (box.y2 - box.y1) *
         static_cast<double>(size.height);
}

CornerBox clip(const CornerBox& box) {
  return {std::clamp(box.x1, 0.0, 1.0),
          std::clamp(box.y1, 0.0, 1.0),
          std::clamp(box.x2, 0.0, 1.0),
          std::clamp(box.y2, 0.0, 1.0)};
}

// Written so that NaN is not kept.
bool keep(const CornerBox& before, const CornerBox& clipped, ImageSize size, double min_area_px) {
  return area_px(before, size) >= kTolerance &&
         area_px(clipped, size) >= min_area_px - kTolerance &&
         (clipped.x2 - clipped.x1) * static_cast<double>(size.width) >= -kTolerance &&
         (clipped.y2 - clipped.y1) * static_cast<double>(size.height) >= -kTolerance;
}

CornerBox corners(const NormalizedBox& box) {
  const auto center_x = static_cast<float>(box.center_x);
  const auto center_y = static_cast<float>(box.center_y);
  const float half_width = static_cast<float>(box.width) / 2;
  const float half_height = static_cast<float>(box.height) / 2;
  return {
      center_x - half_width, center_y - half_height, center_x + half_width, center_y + half_height};
}

}  // namespace

LabeledBoxes enter_boxes(const Annotations& annotations, ImageSize size) {
  LabeledBoxes entered;
  for (std::size_t i = 0; i < annotations.boxes.size(); ++i) {
    const CornerBox box = clip(corners(annotations.boxes[i]));
    if (!keep(box, box, size, 0) || !(box.x2 > box.x1) || !(box.y2 > box.y1)) continue;
    entered.boxes.push_back(box);
    entered.classes.push_back(annotations.classes[i]);
  }
  return entered;
}

void filter_boxes(LabeledBoxes& boxes, ImageSize size, double min_area_px) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < boxes.boxes.size(); ++i) {
    const CornerBox clipped = clip(boxes.boxes[i]);
    if (!keep(boxes.boxes[i], clipped, size, min_area_px)) continue;
    boxes.boxes[kept] = clipped;
    boxes.classes[kept] = boxes.classes[i];
    ++kept;
  }
  boxes.boxes.resize(kept);
  boxes.classes.resize(kept);
}

LabeledBoxes to_corners(const Annotations& annotations) {
  LabeledBoxes boxes;
  boxes.classes = annotations.classes;
  boxes.boxes.reserve(annotations.boxes.size());
  for (const NormalizedBox& box : annotations.boxes) {
    boxes.boxes.push_back({box.center_x - box.width / 2,
                           box.center_y - box.height / 2,
                           box.center_x + box.width / 2,
                           box.center_y + box.height / 2});
  }
  return boxes;
}

Annotations leave_boxes(const LabeledBoxes& boxes) {
  Annotations annotations;
  annotations.classes = boxes.classes;
  annotations.boxes.reserve(boxes.boxes.size());
  for (const CornerBox& box : boxes.boxes) {
    annotations.boxes.push_back(
        {(box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2, box.x2 - box.x1, box.y2 - box.y1});
  }
  return annotations;
}

void drop_small_boxes(Annotations& annotations, ImageSize size, double min_side_px) {
  if (min_side_px <= 0) return;
  // In float32, so that a box of exactly the limit stays whatever the batch's size.
  const auto limit = static_cast<float>(min_side_px);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < annotations.boxes.size(); ++i) {
    const NormalizedBox& box = annotations.boxes[i];
    if (static_cast<float>(box.width) * static_cast<float>(size.width) < limit) continue;
    if (static_cast<float>(box.height) * static_cast<float>(size.height) < limit) continue;
    annotations.boxes[kept] = box;
    annotations.classes[kept] = annotations.classes[i];
    ++kept;
  }
  annotations.boxes.resize(kept);
  annotations.classes.resize(kept);
}

}  // namespace saker
