// Convolutions as linear layers on gathered pixels (im2col), for prediction.
#pragma once

#include <torch/types.h>

#include <cstdint>

#include "nn/packed_linear.hpp"

namespace saker {

// y = activation(conv(x) + bias) with any stride and zero padding, a few output pixels at a time.
// For processors with a kernel for PackedLinear, whose precision it has. Not differentiable.
class Im2colConv {
 public:
  // weight: [out, in, kernel, kernel]; bias: [out], or undefined for none. Both are copied.
  Im2colConv(const torch::Tensor& weight,
             const torch::Tensor& bias,
             std::int64_t stride,
             std::int64_t padding,
             Activation activation);

  // x: [B, in, H, W] float32 on the CPU. Returns [B, out, H', W'], channels-last.
  torch::Tensor operator()(const torch::Tensor& x) const;

 private:
  std::int64_t side_, stride_, padding_;
  PackedLinear linear_;  // of [kernel, kernel, in]
};

}  // namespace saker
