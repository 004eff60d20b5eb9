#include "detectors/ltdetr/box_operations.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace saker {

torch::Tensor cxcywh_to_xyxy(const torch::Tensor& boxes_cxcywh) {
  const std::vector<torch::Tensor> parts = boxes_cxcywh.split(2, -1);
  const torch::Tensor half = 0.5 * parts[1];
  return torch::cat({parts[0] - half, parts[0] + half}, -1);
}

torch::Tensor xyxy_to_cxcywh(const torch::Tensor& boxes_xyxy) {
  const std::vector<torch::Tensor> corners = boxes_xyxy.split(2, -1);
  return torch::cat({(corners[0] + corners[1]) / 2, corners[1] - corners[0]}, -1);
}

BoxOverlaps box_overlaps(const torch::Tensor& a_xyxy, const torch::Tensor& b_xyxy) {
  // Coordinates first, so that broadcast operations run along many boxes and not along two numbers.
  const std::int64_t rank = std::max(a_xyxy.dim(), b_xyxy.dim());
  const auto corners = [rank](torch::Tensor boxes) {
    while (boxes.dim() < rank) boxes = boxes.unsqueeze(0);
    return boxes.movedim(-1, 0).contiguous().split(2);
  };
  const auto area = [](const torch::Tensor& sides) { return sides[0] * sides[1]; };
  const std::vector<torch::Tensor> a = corners(a_xyxy), b = corners(b_xyxy);
  const torch::Tensor intersection =
      area((torch::minimum(a[1], b[1]) - torch::maximum(a[0], b[0])).clamp_min(0));
  const torch::Tensor union_area = area(a[1] - a[0]) + area(b[1] - b[0]) - intersection;
  const torch::Tensor hull =
      area((torch::maximum(a[1], b[1]) - torch::minimum(a[0], b[0])).clamp_min(0));
  const torch::Tensor iou = intersection / union_area;
  return {.iou = iou, .giou = iou - (hull - union_area) / hull, .union_area = union_area};
}

torch::Tensor sanitized_boxes(const torch::Tensor& boxes_cxcywh) {
  return torch::nan_to_num(boxes_cxcywh, /*nan=*/0.0, /*posinf=*/1.0, /*neginf=*/0.0).clamp(0, 1);
}

torch::Tensor inverse_sigmoid(const torch::Tensor& x) {
  constexpr double kLeast = 1e-5;
  const torch::Tensor inside = x.clamp(0, 1);
  return torch::log(inside.clamp_min(kLeast) / (1 - inside).clamp_min(kLeast));
}

}  // namespace saker
