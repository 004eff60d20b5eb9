// From the outputs of a vision transformer's blocks to a pyramid of feature maps.
//
// The taps are resized to 2, 1 and 1/2 times the patch grid, joined with the maps of a small
// convolutional network on the image (the spatial prior) and projected to one width. Each of the
// three steps is optional.
// Source: Huang et al., "DEIMv2", 2025, section 3.1.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "detectors/ltdetr/ltdetr_config.hpp"
#include "nn/batch_norm_2d.hpp"
#include "nn/conv2d.hpp"
#include "nn/folded_conv.hpp"

namespace saker {

// Convolutions of stride 2 with batch norms and GELU between them.
//
// images: [B, in_channels, H, W]. Returns the maps at strides 8, 16 and 32, of 2, 4 and 4 times
// `width` channels. Keys: stem.{0, 1}, conv2.{0, 1}, conv3.{1, 2}, conv4.{1, 2}, in each pair a
// convolution without bias and its batch norm.
class SpatialPriorImpl : public torch::nn::Module {
 public:
  SpatialPriorImpl(std::int64_t in_channels, std::int64_t width);

  std::vector<torch::Tensor> forward(const torch::Tensor& images);
  // The stem's map, at a quarter of the image's size.
  torch::Tensor stride4(const torch::Tensor& images);

  // For good, into the form for prediction; parameters and buffers are given up.
  void fold();

  struct Unit {
    Conv2d conv{nullptr};
    BatchNorm2d norm{nullptr};
    FoldedConv folded;  // in place of the two
    torch::Tensor forward(const torch::Tensor& x) {
      return folded ? folded(x) : norm->forward(conv->forward(x));
    }
    void fold();
  };
  Unit stem, conv2, conv3, conv4;

 private:
  Unit add_unit(const std::string& name, std::int64_t in, std::int64_t out, int first_key);
};
TORCH_MODULE(SpatialPrior);

// Its modules are registered with an owner, since their keys stand beside those of the backbone:
// sta.*, convs.LEVEL, norms.LEVEL.
class VitAdapter {
 public:
  VitAdapter(const VitAdapterConfig& config, std::int64_t vit_width, std::int64_t in_channels);

  void register_with(torch::nn::Module& owner);

  // taps: three maps [B, vit_width, h, w], shallowest first. Returns the finest level first.
  std::vector<torch::Tensor> forward(const torch::Tensor& images,
                                     const std::vector<torch::Tensor>& taps);

  // For good, into the form for prediction: norms multiplied into convolutions, modules taken away
  // from the owner.
  void fold(torch::nn::Module& owner);

  // A level before its projection's norm.
  torch::Tensor project(std::size_t level, const torch::Tensor& map) {
    return convs_[level]->forward(map);
  }
  SpatialPrior& spatial_prior() { return prior_; }

 private:
  VitAdapterConfig config_;
  SpatialPrior prior_{nullptr};  // null without
  std::vector<Conv2d> convs_;    // empty without projections
  std::vector<BatchNorm2d> norms_;
  std::vector<FoldedConv> folded_;  // in place of both
};

// A vision transformer's map resized to 2, 1 or 1/2 times its size for level 0, 1 or 2: bilinear,
// half-pixel centres, no antialias.
torch::Tensor resize_to_level(const torch::Tensor& map, std::size_t level);

}  // namespace saker
