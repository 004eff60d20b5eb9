// Spreads the embeddings of a batch evenly.
//
// Source: Sablayrolles et al., "Spreading vectors for similarity search", ICLR 2019.
#pragma once

#include <torch/types.h>

namespace saker {

// Minus the mean of log |x_i - x_j + 1e-8|, x_j being the nearest other one of x_i, all of unit
// length. embeddings: [n, D]; computed in float32. Scalar; without a gradient for n = 1.
torch::Tensor koleo_loss(const torch::Tensor& embeddings);

// The index of each row's nearest other row by cosine, [n] int64; the first of equal ones.
torch::Tensor nearest_rows(const torch::Tensor& unit_rows);

}  // namespace saker
