// Two parallel convolutions in training that are one in prediction.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>

#include "nn/conv_unit.hpp"

namespace saker {

// SiLU(BN(conv3x3(x)) + BN(conv1x1(x))): [B, C, H, W] -> [B, C, H, W].
// Keys: conv1.* (3x3), conv2.* (1x1), each a ConvUnit.
// Source: Ding et al., "RepVGG: Making VGG-style ConvNets Great Again", CVPR 2021.
class RepVggBlockImpl : public torch::nn::Module {
 public:
  explicit RepVggBlockImpl(std::int64_t channels);

  torch::Tensor forward(const torch::Tensor& x);

  // The one 3x3 convolution with bias that equals both branches without the activation.
  FoldedWeights merged_weights() const;
  // For good, into that convolution; the branches are given up.
  void fold();

 private:
  ConvUnit conv1_{nullptr}, conv2_{nullptr};
  FoldedConv folded_;
};
TORCH_MODULE(RepVggBlock);

}  // namespace saker
