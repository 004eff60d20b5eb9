// Which prediction answers for which target: for each image and each set of predictions, the pairs
// of least total cost.
//
// K sets of predictions (decoder layers and other heads) of B images with Q queries and C classes.
// The cost of query q and target t is, in this order,
//   cost_bbox * |b_q - b_t|_1 + cost_class * c + cost_giou * -GIoU(b_q, b_t),
// with predicted boxes made safe (sanitized_boxes); NaN then becomes 1 and infinities the largest
// float32. With p = sigmoid(logit of the target's class),
//   c = alpha (1 - p)^gamma (-ln(p + 1e-8)) - (1 - alpha) p^gamma (-ln(1 - p + 1e-8)),
// or minus the softmax probability. Source: Carion et al., "End-to-End Object Detection with
// Transformers", ECCV 2020; the class cost is that of Zhu et al., "Deformable DETR", ICLR 2021.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "detectors/ltdetr/batch_targets.hpp"
#include "detectors/ltdetr/loss_settings.hpp"
#include "detectors/ltdetr/matched_pairs.hpp"

namespace saker {

struct Matching {
  // Of the K sets: min(Q, T_i) pairs of each image, by ascending query.
  std::vector<BatchPairs> pairs;
  bool boxes_finite = true;  // false if some predicted box had to be made safe
};

// [T, K, Q] float32, without gradient: of every target of the batch and the queries of its image.
// logits: [K, B, Q, C], boxes: [K, B, Q, 4], float32. T > 0.
torch::Tensor matching_costs(const torch::Tensor& logits,
                             const torch::Tensor& boxes_cxcywh,
                             const BatchTargets& targets,
                             const MatcherSettings& settings);

// Costs are computed on the device of the predictions and copied to the CPU at once, where images
// are assigned in parallel, in double precision.
Matching match_targets(const torch::Tensor& logits,
                       const torch::Tensor& boxes_cxcywh,
                       const BatchTargets& targets,
                       const MatcherSettings& settings);

}  // namespace saker
