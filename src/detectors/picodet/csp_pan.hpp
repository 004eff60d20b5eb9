// CSP-PAN, the neck of PicoDet: mixes C3..C5 top-down and bottom-up and adds a fourth level.
//
// Source: Yu et al., "PP-PicoDet", arXiv 2111.00902, section 3.2.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "detectors/picodet/conv_blocks.hpp"

namespace saker {

// Cross-stage partial layer of one depthwise-separable bottleneck without residual.
class CspLayer : public torch::nn::Module {
 public:
  CspLayer(std::int64_t in_channels, std::int64_t width);

  torch::Tensor forward(const torch::Tensor& input);
  void fold();

 private:
  std::shared_ptr<FoldableConvNorm> short_conv_, main_conv_;
  std::shared_ptr<FoldableConvNorm> bottleneck_conv1_;
  std::shared_ptr<FoldableDepthwiseSeparable> bottleneck_conv2_;
  std::shared_ptr<FoldableConvNorm> final_conv_;
};

class CspPan : public torch::nn::Module {
 public:
  CspPan(const std::array<std::int64_t, 3>& in_channels, std::int64_t width);

  // features: C3, C4, C5 of one batch, each half the size (rounded up) of the one before. Returns
  // P3..P6, `width` channels each.
  std::vector<torch::Tensor> forward(const std::vector<torch::Tensor>& features);
  void fold();

 private:
  std::vector<std::shared_ptr<FoldableConvNorm>> transforms_;
  std::shared_ptr<FoldableDepthwiseSeparable> first_top_conv_, second_top_conv_;
  std::vector<std::shared_ptr<CspLayer>> top_down_blocks_;
  std::vector<std::shared_ptr<FoldableDepthwiseSeparable>> downsamples_;
  std::vector<std::shared_ptr<CspLayer>> bottom_up_blocks_;
};

}  // namespace saker
