// Predicted boxes beside the targets they answer for, and the losses of their difference.
#pragma once

#include <torch/types.h>

#include "detectors/ltdetr/batch_targets.hpp"
#include "detectors/ltdetr/matched_pairs.hpp"

namespace saker {

// K sets with P pairs each. Differentiable in the predictions.
struct MatchedBoxes {
  torch::Tensor predicted;  // [K, P, 4] cxcywh, made safe (sanitized_boxes)
  torch::Tensor target;     // [K, P, 4] cxcywh
  torch::Tensor iou;        // [K, P]
  torch::Tensor giou;       // [K, P]

  // Sums over each set, [K]: of |b - t| over the four numbers, and of 1 - GIoU.
  torch::Tensor l1_losses() const { return (predicted - target).abs().sum({1, 2}); }
  torch::Tensor giou_losses() const { return (1 - giou).sum(1); }
};

// boxes: [K, B, Q, 4] cxcywh, fractions of the image.
MatchedBoxes matched_boxes(const torch::Tensor& boxes,
                           const PairIndices& pairs,
                           const BatchTargets& targets);

}  // namespace saker
