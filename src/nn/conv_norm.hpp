// Convolution, batch norm and activation: the two blocks convolutional detectors are made of.
//
//   auto block = ConvNorm(ConvNormOptions{.in = 24, .out = 48, .kernel = 3, .stride = 2});
//   auto y = block(x);  // [B, 24, H, W] -> [B, 48, ceil(H / 2), ceil(W / 2)]
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>

#include "nn/activation_kind.hpp"
#include "nn/batch_norm_2d.hpp"

namespace saker {

struct ConvNormOptions {
  std::int64_t in = 0, out = 0;  // channels
  std::int64_t kernel = 1;       // odd; the zero padding is kernel / 2
  std::int64_t stride = 1;
  std::int64_t groups = 1;  // in == out == groups is a depthwise convolution
  Activation activation = Activation::kRelu;
};

// Convolution without bias -> batch norm (eps 1e-5, momentum 0.1) -> activation.
//
// Keys, in this order: conv.weight, bn.weight, bn.bias, bn.running_mean, bn.running_var,
// bn.num_batches_tracked. [B, in, H, W] -> [B, out, ceil(H / stride), ceil(W / stride)]. In
// evaluation mode without gradients the batch norm is folded into the convolution, so that results
// differ from the unfolded ones by rounding.
class ConvNormImpl : public torch::nn::Module {
 public:
  // Throws Error (internal) unless sizes are positive, the kernel is odd and groups divides both
  // channel counts.
  explicit ConvNormImpl(const ConvNormOptions& options);

  torch::Tensor forward(const torch::Tensor& input);
  const ConvNormOptions& options() const { return options_; }

  torch::nn::Conv2d conv{nullptr};
  BatchNorm2d bn{nullptr};

 private:
  ConvNormOptions options_;
};
TORCH_MODULE(ConvNorm);

struct DepthwiseSeparableOptions {
  std::int64_t in = 0, out = 0;  // channels
  std::int64_t kernel = 5;       // of the depthwise convolution; odd
  std::int64_t stride = 1;       // of the depthwise convolution
};

// Depthwise convolution -> 1x1 convolution -> batch norm -> ReLU; no norm between the two
// convolutions.
//
// Keys, in this order: depthwise.weight, pointwise.weight, bn.*.
class DepthwiseSeparableImpl : public torch::nn::Module {
 public:
  // Throws Error (internal) unless sizes are positive and the kernel is odd.
  explicit DepthwiseSeparableImpl(const DepthwiseSeparableOptions& options);

  torch::Tensor forward(const torch::Tensor& input);

  torch::nn::Conv2d depthwise{nullptr};
  torch::nn::Conv2d pointwise{nullptr};
  BatchNorm2d bn{nullptr};

 private:
  DepthwiseSeparableOptions options_;
};
TORCH_MODULE(DepthwiseSeparable);

}  // namespace saker
