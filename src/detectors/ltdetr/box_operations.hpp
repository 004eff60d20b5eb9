// Arithmetic of normalised boxes on tensors of any device, differentiable unless stated.
#pragma once

#include <torch/types.h>

namespace saker {

// [..., 4] (centre x, centre y, width, height) to (x1, y1, x2, y2) and back, in the same units.
torch::Tensor cxcywh_to_xyxy(const torch::Tensor& boxes_cxcywh);
torch::Tensor xyxy_to_cxcywh(const torch::Tensor& boxes_xyxy);

// IoU and generalised IoU of boxes a and b, xyxy, of shapes [..., 4] that broadcast; results have
// the broadcast shape without the last dimension. Pairwise: a.unsqueeze(1), b.unsqueeze(0).
//
// IoU = intersection / union; GIoU = IoU - (hull - union) / hull, with the hull the smallest box
// around both. Sides of intersection and hull are clamped at 0. Areas are not, and nothing guards
// the divisions: two boxes without area give NaN. At a tie of two corners each has half of the
// gradient. Source: Rezatofighi et al., "Generalized Intersection over Union", CVPR 2019.
struct BoxOverlaps {
  torch::Tensor iou;
  torch::Tensor giou;
  torch::Tensor union_area;
};
BoxOverlaps box_overlaps(const torch::Tensor& a_xyxy, const torch::Tensor& b_xyxy);

// Predicted boxes [..., 4], cxcywh as fractions of the image, made safe for costs and losses: NaN
// and -inf become 0, +inf becomes 1, then all is clamped to [0, 1]. The gradient is 0 where a value
// was replaced or clamped from outside, and passes elsewhere, at the bounds too.
torch::Tensor sanitized_boxes(const torch::Tensor& boxes_cxcywh);

// log(x / (1 - x)) for x clamped to [0, 1], with both parts of the quotient at least 1e-5.
torch::Tensor inverse_sigmoid(const torch::Tensor& x);

}  // namespace saker
