// D-FINE's losses of the distributions over a box's distances ("local").
//
// K sets (decoder layers) of B images with Q queries; corners: [K, B, Q, 4 * bins] logits of the
// four distances. P matched pairs in each set. Source: Peng et al., "D-FINE", 2024, section 4.
#pragma once

#include <torch/types.h>

#include "detectors/ltdetr/distance_bins.hpp"

namespace saker {

// Fine-grained localization loss, summed over each set: [K]. For each pair and edge
//   iou * (weight_left * CE(corners, left) + weight_right * CE(corners, left + 1)).
// rows: [K, P] of the corners as [K * B * Q, ...]; targets: [P, 4], the same for all sets; iou: [K,
// P], of the set's own boxes, a constant for the gradient.
torch::Tensor fine_grained_localization_losses(const torch::Tensor& corners,
                                               const torch::Tensor& rows,
                                               const DistanceTargets& targets,
                                               const torch::Tensor& iou);

// The last layer, from which the others learn.
struct Teacher {
  torch::Tensor corners;  // [B, Q, 4 * bins]
  torch::Tensor logits;   // [B, Q, C]
};

// The shares of matched and unmatched queries in the distillation loss; they sum to 1, or are both
// 0 without queries. Of `pairs` matched ones of `queries` B * Q: in proportion to the square roots
// of their numbers.
struct DistillationShares {
  double matched = 0;
  double unmatched = 0;
};
DistillationShares distillation_shares(std::int64_t pairs, std::int64_t queries);

// Decoupled distillation focal loss of each set: [K]. With T = 5 and the divergence of query and
// edge, d = KL(softmax(teacher / T) || softmax(corners / T)):
//   matched share * mean over matched queries and edges of T^2 * iou * d
//   + unmatched share * mean over the other queries and edges of T^2 * confidence * d,
// with the confidence the teacher's largest class probability. Teacher and weights are constants
// for the gradient, which can be taken once. rows and iou as above.
torch::Tensor distillation_losses(const torch::Tensor& corners,
                                  const Teacher& teacher,
                                  const torch::Tensor& rows,
                                  const torch::Tensor& iou,
                                  const DistillationShares& shares);

}  // namespace saker
