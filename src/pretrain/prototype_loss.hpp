// The cross entropies of DINO and iBOT, from the heads' unit vectors on.
//
// Logits over tens of thousands of prototypes are by far the largest tensors of a step. They are
// made for some rows at a time: loss and gradients of these rows are computed at once and the
// logits are dropped. The result does not depend on how many rows that are, but for the rounding of
// sums.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <vector>

namespace saker {

// Rows that have a loss in common.
struct PrototypeLossPart {
  std::int64_t rows = 0;
  // The teacher's probabilities of rows first .. first + count - 1 of this part, [count, K].
  std::function<torch::Tensor(std::int64_t first, std::int64_t count)> targets;
  double mass = 1;            // what a row of targets sums to
  torch::Tensor row_weights;  // [rows]: factors of the rows' cross entropies
  double loss_weight = 1;     // factor of the part's loss in the total
};

struct PrototypeLoss {
  torch::Tensor total;               // scalar, differentiable once
  std::vector<torch::Tensor> parts;  // without their factors, detached
};

// A part's loss is -sum_r row_weights_r sum_k targets_rk log_softmax(student_r . prototypes_k /
// temperature). student: [sum of the parts' rows, bottleneck]; prototypes: [K, bottleneck]. Under
// autocast to bfloat16 products have bfloat16 factors; all else is float32. chunk_rows: 0 for as
// many as suit the caches.
PrototypeLoss prototype_loss(const torch::Tensor& student,
                             const torch::Tensor& prototypes,
                             const std::vector<PrototypeLossPart>& parts,
                             double temperature,
                             std::int64_t chunk_rows = 0);

// first . second^T, in bfloat16 under autocast; the result is float32. For logits of the teacher.
torch::Tensor prototype_logits(const torch::Tensor& rows, const torch::Tensor& prototypes);

// The prototypes as logits are made of them: converted once where autocast would do it every time.
torch::Tensor product_factor(const torch::Tensor& prototypes);

}  // namespace saker
