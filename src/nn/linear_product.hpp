// Linear layers that are trained, on kernels of our own where they serve.
#pragma once

#include <torch/types.h>

#include <vector>

#include "nn/folding_precision.hpp"

namespace saker {

// x weight^T + bias over the last dimension. x: [..., in]; weight: [out, in]; bias: [out], or
// undefined for none. Returns [..., out]. Differentiable once in all three.
torch::Tensor linear_product(const torch::Tensor& x,
                             const torch::Tensor& weight,
                             const torch::Tensor& bias);

// The same of one x for each of several layers with biases. The gradient of x is summed while its
// rows are in the caches.
std::vector<torch::Tensor> linear_products(const torch::Tensor& x,
                                           const std::vector<torch::Tensor>& weights,
                                           const std::vector<torch::Tensor>& biases);

// What other operations share with it. Only what is trained is computed on own kernels: the
// deployed form is there for prediction, and other values stay LibTorch's to the last bit.
bool own_product_serves(const torch::Tensor& x,
                        const torch::Tensor& weight,
                        const torch::Tensor& bias);

// x as own kernels take it: in mixed precision, what comes from LibTorch's operations is bfloat16.
torch::Tensor product_input(const torch::Tensor& x);

// gradient^T x, [out, in], of float32 rows [R, out] and [R, in].
torch::Tensor weight_gradient(const torch::Tensor& gradient, const torch::Tensor& x, bool bfloat16);

FoldingPrecision product_precision(bool bfloat16);

}  // namespace saker
