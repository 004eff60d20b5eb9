// 3x3 convolutions of many channels with a quarter of the multiplications, for prediction.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace saker {

// y = conv3x3(x) + bias with stride 1 and a zero padding of 1, in tiles of 4 x 4 outputs: each is
// made from 36 products for a pair of channels instead of 144. Results differ from the direct sum's
// as much as that differs from the exact one. For processors with a kernel for PackedLinear.
//
// Worth it from some 64 channels on, see benchmarks/nn. Not differentiable.
// Source: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016; points
// after Barabasz et al., "Error Analysis and Improving the Accuracy of Winograd Convolution for
// Deep Neural Networks", 2018.
class WinogradConv {
 public:
  // weight: [out, in, 3, 3]; bias: [out], or undefined for none. Both are copied.
  WinogradConv(const torch::Tensor& weight, const torch::Tensor& bias);

  // x: [B, in, H, W] float32 on the CPU. Returns [B, out, H, W], channels-last.
  torch::Tensor operator()(const torch::Tensor& x) const;

 private:
  std::int64_t in_, out_;              // channels
  std::vector<torch::Tensor> panels_;  // [36], weights of LinearKernel from in to out
  std::vector<float> bias_, zeros_;    // [out], and of whole panels
};

}  // namespace saker
