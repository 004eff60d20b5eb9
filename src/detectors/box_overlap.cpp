#include "detectors/box_overlap.hpp"

namespace saker {
namespace {

// Derivative of max(a, b) with respect to a.
float max_slope(float a, float b) { return a > b ? 1.0F : (a == b ? 0.5F : 0.0F); }
float min_slope(float a, float b) { return a < b ? 1.0F : (a == b ? 0.5F : 0.0F); }

// One axis: lengths of the intersection and of the hull, and their derivatives by a's two ends.
struct Axis {
  float inner, inner_by_1, inner_by_2;
  float outer, outer_by_1, outer_by_2;
};

Axis along(float a1, float a2, float b1, float b2) {
  const float inner = std::min(a2, b2) - std::max(a1, b1);
  const float outer = std::max(a2, b2) - std::min(a1, b1);
  const float inner_flows = inner >= 0 ? 1.0F : 0.0F;
  const float outer_flows = outer >= 0 ? 1.0F : 0.0F;
  return {.inner = std::max(inner, 0.0F),
          .inner_by_1 = -inner_flows * max_slope(a1, b1),
          .inner_by_2 = inner_flows * min_slope(a2, b2),
          .outer = std::max(outer, 0.0F),
          .outer_by_1 = -outer_flows * min_slope(a1, b1),
          .outer_by_2 = outer_flows * max_slope(a2, b2)};
}

}  // namespace

OverlapSlope overlap_with_slope(const Box& a, const Box& b) {
  const Axis x = along(a.x1, a.x2, b.x1, b.x2);
  const Axis y = along(a.y1, a.y2, b.y1, b.y2);
  const float intersection = x.inner * y.inner;
  const float joined = box_area(a) + box_area(b) - intersection;
  const float outer = x.outer * y.outer;
  const float joined_floor = std::max(joined, kMinOverlapArea);
  const float outer_floor = std::max(outer, kMinOverlapArea);
  const float joined_flows = joined >= kMinOverlapArea ? 1.0F : 0.0F;
  const float outer_flows = outer >= kMinOverlapArea ? 1.0F : 0.0F;
  const float iou = intersection / joined_floor;
  const float gap = (outer - joined) / outer_floor;

  // GIoU = intersection / joined_floor - (outer - joined) / outer_floor, by its three areas.
  const float by_joined = -joined_flows * iou / joined_floor + 1.0F / outer_floor;
  const float by_intersection = 1.0F / joined_floor - by_joined;  // joined holds -intersection
  const float by_outer = (outer_flows * gap - 1.0F) / outer_floor;

  const float width = a.x2 - a.x1, height = a.y2 - a.y1;
  const auto slope =
      [&](float inner_by, float inner_side, float outer_by, float outer_side, float area_by) {
        return by_intersection * inner_by * inner_side + by_outer * outer_by * outer_side +
               by_joined * area_by;
      };
  return {.overlap = {.iou = iou, .giou = iou - gap},
          .giou_slope = {.x1 = slope(x.inner_by_1, y.inner, x.outer_by_1, y.outer, -height),
                         .y1 = slope(y.inner_by_1, x.inner, y.outer_by_1, x.outer, -width),
                         .x2 = slope(x.inner_by_2, y.inner, x.outer_by_2, y.outer, height),
                         .y2 = slope(y.inner_by_2, x.inner, y.outer_by_2, x.outer, width)}};
}

}  // namespace saker
