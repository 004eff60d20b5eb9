// What makes the teacher's logits probabilities, without a few prototypes taking all.
//
// Sources: Caron et al., "Emerging Properties in Self-Supervised Vision Transformers", ICCV 2021
// (centre); Caron et al., "Unsupervised Learning of Visual Features by Contrasting Cluster
// Assignments", NeurIPS 2020 (Sinkhorn-Knopp).
#pragma once

#include <torch/types.h>

#include <cstdint>

#include "nn/process_exchange.hpp"

namespace saker {

// softmax((logits - center) / temperature) over the last dimension. logits: [R, K]; center: [1, K].
torch::Tensor centered_probabilities(const torch::Tensor& logits,
                                     const torch::Tensor& center,
                                     double temperature);

// Probabilities [R, K] of logits [R, K], such that all prototypes are used equally over the rows of
// all processes: exp(logits / temperature), normalised in turn over prototypes and over rows, three
// times. Every process takes part, with no rows too. In float32.
torch::Tensor sinkhorn_knopp(const torch::Tensor& logits,
                             double temperature,
                             const ProcessExchangePointer& exchange = {});

// The moving centre of the teacher's logits: m c + (1 - m) times the mean logits of a step.
//
// Logits are products of the head's unit vectors with the prototypes, so their mean is the product
// of the vectors' mean: it is that which is collected over the batches of a step.
class MovingCenter {
 public:
  // Of a [1, K] or [1, 1, K] buffer, which it changes in place.
  MovingCenter(const torch::Tensor& buffer, double momentum);

  torch::Tensor values() const { return buffer_.view({1, -1}); }

  // Unit vectors [R, bottleneck] of a batch.
  void collect(const torch::Tensor& rows);
  // Once a step, with the prototypes [K, bottleneck] of its logits. A process's mean counts as much
  // as any other's that has rows; without any rows the centre stays.
  void update(const torch::Tensor& prototypes, const ProcessExchangePointer& exchange);
  // Drops what was collected since the last update.
  void reset();

 private:
  torch::Tensor buffer_;
  double momentum_;
  torch::Tensor sum_;
  std::int64_t count_ = 0;
};

}  // namespace saker
