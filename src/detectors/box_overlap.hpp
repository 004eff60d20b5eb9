// Overlap of two boxes, with the derivative that a loss needs.
//
// area = (x2 - x1)(y2 - y1); the intersection's sides are clamped at 0; union = a1 + a2 -
// intersection; IoU = intersection / max(union, 1e-6). With E the area of the smallest box around
// both, GIoU = IoU - (E - union) / max(E, 1e-6). Nothing is added to pixel coordinates. Source:
// Rezatofighi et al., "Generalized Intersection over Union", CVPR 2019.
#pragma once

#include <algorithm>

#include "saker/detections.hpp"

namespace saker {

inline constexpr float kMinOverlapArea = 1e-6F;

inline float box_area(const Box& box) { return (box.x2 - box.x1) * (box.y2 - box.y1); }

struct Overlap {
  float iou = 0;
  float giou = 0;
};

inline Overlap overlap_of(const Box& a, const Box& b) {
  const float width = std::max(std::min(a.x2, b.x2) - std::max(a.x1, b.x1), 0.0F);
  const float height = std::max(std::min(a.y2, b.y2) - std::max(a.y1, b.y1), 0.0F);
  const float intersection = width * height;
  const float joined = box_area(a) + box_area(b) - intersection;
  const float outer_width = std::max(std::max(a.x2, b.x2) - std::min(a.x1, b.x1), 0.0F);
  const float outer_height = std::max(std::max(a.y2, b.y2) - std::min(a.y1, b.y1), 0.0F);
  const float outer = outer_width * outer_height;
  const float iou = intersection / std::max(joined, kMinOverlapArea);
  return {.iou = iou, .giou = iou - (outer - joined) / std::max(outer, kMinOverlapArea)};
}

struct OverlapSlope {
  Overlap overlap;
  Box giou_slope;  // derivative of the GIoU with respect to a's corners
};

// At a tie of two corners the derivative is half of the one-sided ones' sum; where an area is below
// 1e-6 it does not flow through the denominator.
OverlapSlope overlap_with_slope(const Box& a, const Box& b);

}  // namespace saker
