// Boxes while a sample is transformed: corners as fractions of the image, with the class of each.
#pragma once

#include <cstdint>
#include <vector>

#include "data/annotations.hpp"
#include "transforms/batch.hpp"

namespace saker {

// Fractions of the image's width (x) and height (y).
struct CornerBox {
  double x1 = 0, y1 = 0, x2 = 0, y2 = 0;

  friend bool operator==(const CornerBox&, const CornerBox&) = default;
};

struct LabeledBoxes {
  std::vector<CornerBox> boxes;
  std::vector<std::int64_t> classes;  // parallel to boxes
};

// Labels as read from a file: clipped to the image; boxes without an area, with a negative side or
// with NaN are left out. Corners are rounded to float32, as detection data sets store them. Order
// is kept.
LabeledBoxes enter_boxes(const Annotations& annotations, ImageSize size);

// The rule after every single transform: clips to the image and keeps a box when at least
// min_area_px square pixels of it remain and it had an area before. Order is kept.
void filter_boxes(LabeledBoxes& boxes, ImageSize size, double min_area_px);

// Back and forth, without any rule.
LabeledBoxes to_corners(const Annotations& annotations);
Annotations leave_boxes(const LabeledBoxes& boxes);

// Leaves out boxes narrower or lower than min_side_px in an image of that size; 0 keeps all.
void drop_small_boxes(Annotations& annotations, ImageSize size, double min_side_px);

}  // namespace saker
