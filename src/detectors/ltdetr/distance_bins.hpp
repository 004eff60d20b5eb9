// D-FINE's distances: a box as four distances from the edges of a reference box, each a mean over
// bins of unequal width.
//
// R = reg_max, a multiple of 2; bins n = 0..R. With a = |up * reg_scale| and s = (a + 1)^(2 / (R -
// 2)), the positions are W(0) = -2a, W(R) = 2a, W(R / 2) = 0 and, for i = 1..R / 2 - 1,
// W(R / 2 -+ i) = -+(s^i - 1): fine near the reference, coarse far from it.
// With a reference box (x, y, w, h) and S = |reg_scale|, distances (l, t, r, b) stand for the box
//   x1 = x - (S / 2 + l) w / S,  y1 = y - (S / 2 + t) h / S,
//   x2 = x + (S / 2 + r) w / S,  y2 = y + (S / 2 + b) h / S.
// Source: Peng et al., "D-FINE: Redefine Regression Task in DETRs as Fine-grained Distribution
// Refinement", 2024, section 4.1.
#pragma once

#include <torch/types.h>

#include "detectors/ltdetr/loss_settings.hpp"

namespace saker {

// W, [R + 1] float32 on the CPU, ascending.
torch::Tensor distance_bins(const DfineDistances& distances);

// The boxes cxcywh that distances [..., 4] stand for, from reference boxes [..., 4] cxcywh.
// Differentiable in both.
torch::Tensor boxes_from_distances(const torch::Tensor& references_cxcywh,
                                   const torch::Tensor& distances,
                                   double reg_scale);

// What the logits of a distance are trained towards: bins `left` and `left + 1`, with weights by
// the nearness of the distance to each.
struct DistanceTargets {
  torch::Tensor left;          // [...] int64 in [0, R - 1]
  torch::Tensor weight_left;   // [...] float32, the two sum to 1
  torch::Tensor weight_right;  // [...] float32
};

// Of the four edges of boxes [..., 4] xyxy. bins: W on the device of the boxes. Beyond the first
// bin all weight is on bin 0, beyond the last one on bin R.
DistanceTargets distance_targets(const torch::Tensor& references_cxcywh,
                                 const torch::Tensor& boxes_xyxy,
                                 const torch::Tensor& bins,
                                 double reg_scale);

}  // namespace saker
