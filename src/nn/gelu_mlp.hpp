// The feed-forward network of vision transformers as one differentiable operation.
#pragma once

#include <torch/types.h>

namespace saker {

// gelu(x w1^T + b1) w2^T + b2, with the exact GELU. x: [..., in]; w1: [hidden, in]; b1: [hidden];
// w2: [out, hidden]; b2: [out]. Differentiable once in all of them. Where own kernels serve linear
// layers (linear_product.hpp) a few rows at a time pass through all three steps while they are in
// the caches, and only what GELU is taken of is kept for the backward pass.
torch::Tensor gelu_mlp(const torch::Tensor& x,
                       const torch::Tensor& w1,
                       const torch::Tensor& b1,
                       const torch::Tensor& w2,
                       const torch::Tensor& b2);

}  // namespace saker
