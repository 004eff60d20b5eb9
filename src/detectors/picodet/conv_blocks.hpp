// The units that PicoDet is built from.
//
// Units with a batch norm have two forms: the trained one, and, after fold(), one whose batch norm
// is multiplied into the convolution once and for all. The folded form serves prediction alone.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/conv.h>
#include <torch/types.h>

#include <cstdint>
#include <memory>

#include "nn/conv_norm.hpp"
#include "nn/folded_conv.hpp"

namespace saker {

// Convolution, batch norm, activation. Keys: conv.weight, bn.*.
class FoldableConvNorm : public ConvNormImpl {
 public:
  using ConvNormImpl::ConvNormImpl;

  torch::Tensor forward(const torch::Tensor& input) {
    return folded_ ? folded_(input) : ConvNormImpl::forward(input);
  }
  void fold();

 private:
  FoldedConv folded_;
};

// Depthwise convolution, 1x1 convolution, one batch norm, ReLU. Keys: depthwise.weight,
// pointwise.weight, bn.*.
class FoldableDepthwiseSeparable : public DepthwiseSeparableImpl {
 public:
  using DepthwiseSeparableImpl::DepthwiseSeparableImpl;

  torch::Tensor forward(const torch::Tensor& input) {
    return pointwise_folded_ ? pointwise_folded_(depthwise_folded_(input))
                             : DepthwiseSeparableImpl::forward(input);
  }
  void fold();

 private:
  FoldedConv depthwise_folded_, pointwise_folded_;
};

// 1x1 convolution, batch norm, ReLU.
std::shared_ptr<FoldableConvNorm> make_pointwise(std::int64_t in_channels,
                                                 std::int64_t out_channels);

// Gates each channel by a sigmoid of the pooled channels, through a bottleneck of floor(channels /
// 4). Keys: fc1.*, fc2.*. Source: Hu et al., "Squeeze-and-Excitation Networks", CVPR 2018.
class SqueezeExcitation : public torch::nn::Module {
 public:
  explicit SqueezeExcitation(std::int64_t channels);

  torch::Tensor forward(const torch::Tensor& input);

 private:
  torch::nn::Conv2d fc1_{nullptr}, fc2_{nullptr};
};

}  // namespace saker
