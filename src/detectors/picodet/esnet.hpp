// ESNet, the backbone of PicoDet.
//
// Source: Yu et al., "PP-PicoDet", arXiv 2111.00902; blocks after ShuffleNetV2 (1807.11164) and
// GhostNet (1911.11907). All activations are ReLU, and the gates of squeeze-and-excitation
// sigmoids.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "detectors/picodet/conv_blocks.hpp"
#include "detectors/picodet/picodet_config.hpp"

namespace saker {

class EsnetBlock : public torch::nn::Module {
 public:
  virtual torch::Tensor forward(const torch::Tensor& input) = 0;
  virtual void fold() = 0;
};

// Halves height and width: two branches, concatenated and mixed.
class EsnetDownBlock final : public EsnetBlock {
 public:
  EsnetDownBlock(std::int64_t in_channels, std::int64_t mid_channels, std::int64_t out_channels);

  torch::Tensor forward(const torch::Tensor& input) override;
  void fold() override;

 private:
  std::shared_ptr<FoldableConvNorm> conv_dw_1_, conv_linear_1_;
  std::shared_ptr<FoldableConvNorm> conv_pw_2_, conv_dw_2_;
  std::shared_ptr<SqueezeExcitation> se_;
  std::shared_ptr<FoldableConvNorm> conv_linear_2_;
  std::shared_ptr<FoldableConvNorm> conv_dw_mv1_, conv_pw_mv1_;
};

// Keeps the shape: half of the channels pass, the other half is processed, then both are
// interleaved.
class EsnetBasicBlock final : public EsnetBlock {
 public:
  EsnetBasicBlock(std::int64_t channels, std::int64_t mid_channels);

  torch::Tensor forward(const torch::Tensor& input) override;
  void fold() override;

 private:
  std::shared_ptr<FoldableConvNorm> conv_pw_, conv_dw_;
  std::shared_ptr<SqueezeExcitation> se_;
  std::shared_ptr<FoldableConvNorm> conv_linear_;
};

class Esnet : public torch::nn::Module {
 public:
  explicit Esnet(EsnetSize size);

  // images: [B, 3, H, W]. Returns C3, C4, C5 of strides 8, 16, 32.
  std::vector<torch::Tensor> forward(const torch::Tensor& images);
  void fold();

  // Channels of C3, C4, C5.
  const std::array<std::int64_t, 3>& out_channels() const { return out_channels_; }

  static std::array<std::int64_t, 3> stage_channels(EsnetSize size);

 private:
  std::array<std::int64_t, 3> out_channels_;
  std::shared_ptr<FoldableConvNorm> conv1_;
  std::vector<std::shared_ptr<EsnetBlock>> blocks_;
};

}  // namespace saker
