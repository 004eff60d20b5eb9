// Convolutions of many channels with bfloat16 factors, for prediction.
#pragma once

#include <torch/types.h>

#include <cstdint>

#include "nn/activation_kind.hpp"
#include "nn/bfloat16_kernel.hpp"

namespace saker {

// y = activation(conv(x) + bias) with stride 1 and a zero padding of half the kernel. Each place of
// the kernel is a matrix product of the padded image, moved by as much, so that nothing is
// gathered. Pixels and weights are rounded to bfloat16, sums are float32. Not differentiable.
class Bfloat16Conv {
 public:
  // weight: [out, in, kernel, kernel], kernel odd; bias: [out], or undefined for none. Both are
  // copied.
  Bfloat16Conv(const Bfloat16Kernel& kernel,
               const torch::Tensor& weight,
               const torch::Tensor& bias,
               Activation activation);

  // x: [B, in, H, W] float32 on the CPU. Returns [B, out, H, W], channels-last.
  torch::Tensor operator()(const torch::Tensor& x) const;

 private:
  const Bfloat16Kernel* kernel_;
  std::int64_t in_, out_, side_;
  Activation activation_;
  torch::Tensor panels_, bias_;
};

}  // namespace saker
