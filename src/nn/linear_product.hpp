// Linear layers that are trained, on kernels of our own where they serve.
#pragma once

#include <torch/types.h>

namespace saker {

// x weight^T + bias over the last dimension. x: [..., in]; weight: [out, in]; bias: [out], or
// undefined for none. Returns [..., out]. Differentiable once in all three.
torch::Tensor linear_product(const torch::Tensor& x,
                             const torch::Tensor& weight,
                             const torch::Tensor& bias);

}  // namespace saker
