// ConvNeXt as DINOv3 trains it.
//
// Four stages of blocks x + gamma pwconv2(GELU(pwconv1(LN(dwconv(x))))), with a 7x7 depthwise
// convolution; a 4x4 convolution of stride 4 before the first stage, a norm and a 2x2 convolution
// of stride 2 before each other. Only the last stage's map passes through the final norm. Maps are
// NCHW tensors in channels-last memory.
// Keys: downsample_layers.0.{0 convolution, 1 norm}, downsample_layers.S.{0 norm, 1 convolution},
// stages.S.N.{gamma, dwconv, norm, pwconv1, pwconv2}, norm and norms.3 (the same tensors).
// Sources: Liu et al., "A ConvNet for the 2020s", CVPR 2022; Simeoni et al., "DINOv3", 2025.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "backbones/backbone.hpp"
#include "nn/conv2d.hpp"
#include "nn/linear.hpp"

namespace saker {

// Layer norm over the channels of every pixel. [B, C, H, W] to the same. Keys: weight, bias.
class ChannelNormImpl : public torch::nn::Module {
 public:
  static constexpr double kEps = 1e-6;

  explicit ChannelNormImpl(std::int64_t channels);

  torch::Tensor forward(const torch::Tensor& map) const;
  // The same for pixels [..., C].
  torch::Tensor forward_pixels(const torch::Tensor& pixels) const;

  torch::Tensor weight, bias;
};
TORCH_MODULE(ChannelNorm);

class ConvNextBlockImpl : public torch::nn::Module {
 public:
  explicit ConvNextBlockImpl(std::int64_t channels);

  // [B, C, H, W] to the same.
  torch::Tensor forward(const torch::Tensor& map);

  torch::Tensor gamma;
  Conv2d dwconv{nullptr};
  ChannelNorm norm{nullptr};
  Linear pwconv1{nullptr}, pwconv2{nullptr};
};
TORCH_MODULE(ConvNextBlock);

class FoldedConvNext;

class Dinov3ConvNext final : public Backbone {
 public:
  static constexpr std::size_t kStages = 4;
  static constexpr std::int64_t kStride = 32;  // of the last stage

  Dinov3ConvNext(const BackboneConfig& config, std::int64_t in_channels);
  ~Dinov3ConvNext() override;

  void initialize(std::uint64_t seed);

  std::vector<torch::Tensor> feature_maps(const torch::Tensor& images,
                                          const std::vector<std::int64_t>& taps) override;
  void deploy() override;

  // What comes before the blocks of a stage.
  torch::Tensor downsample(std::size_t stage, const torch::Tensor& map);
  Conv2d& downsample_convolution(std::size_t stage) { return stages_[stage].convolution; }
  ChannelNorm& downsample_norm(std::size_t stage) { return stages_[stage].norm; }
  std::vector<ConvNextBlock>& blocks(std::size_t stage) { return stages_[stage].blocks; }
  ChannelNorm& final_norm() { return norm_; }

 private:
  struct Stage {
    Conv2d convolution{nullptr};
    ChannelNorm norm{nullptr};
    std::vector<ConvNextBlock> blocks;
  };

  std::vector<Stage> stages_;
  ChannelNorm norm_{nullptr};
  std::unique_ptr<FoldedConvNext> folded_;  // deployed on the CPU: in place of everything else
};

}  // namespace saker
