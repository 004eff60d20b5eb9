// Losses of class logits [K, B, Q, C] whose matched entries are known; all others are background.
#pragma once

#include <torch/types.h>

namespace saker {

// The entries of the matched pairs, P in each of K sets; an entry occurs once at most.
struct MatchedEntries {
  torch::Tensor rows;     // [K, P] int64, of the logits as [K * B * Q, C]
  torch::Tensor classes;  // [K, P] int64
};

// Varifocal loss, summed over each set: [K]. For a logit x with p = sigmoid(x):
//   alpha p^gamma BCE(x, 0) for background,   s BCE(x, s) for a matched entry with score s.
// Weights and scores are constants for the gradient, which reaches the logits alone and can be
// taken once. scores: [K, P] in [0, 1], the overlap of predicted box and target.
// Source: Zhang et al., "VarifocalNet", CVPR 2021, as RT-DETR uses it.
torch::Tensor varifocal_losses(const torch::Tensor& logits,
                               const MatchedEntries& matched,
                               const torch::Tensor& scores,
                               double alpha,
                               double gamma);

// Focal loss with targets 1 for matched entries and 0 for background, summed over each set: [K].
//   -alpha (1 - p)^gamma ln p  for matched entries,  -(1 - alpha) p^gamma ln(1 - p)  for
//   background.
// Source: Lin et al., "Focal Loss for Dense Object Detection", ICCV 2017.
torch::Tensor focal_losses(const torch::Tensor& logits,
                           const MatchedEntries& matched,
                           double alpha,
                           double gamma);

}  // namespace saker
