// The interface of a backbone: feature maps from images.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "backbones/backbone_config.hpp"

namespace saker {

class Backbone : public torch::nn::Module {
 public:
  // images: [B, C, H, W] float32, normalised; sides must be multiples of the patch size (ConvNeXt:
  // of 32). taps: ascending 0-based indices of blocks (vision transformers) or stages (ConvNeXt).
  // Returns a map [B, channels, h, w] a tap.
  virtual std::vector<torch::Tensor> feature_maps(const torch::Tensor& images,
                                                  const std::vector<std::int64_t>& taps) = 0;

  virtual const BackboneConfig& config() const = 0;
};

// With `seed`, weights are initialised as for training from nothing; without, they are left
// uninitialised, to be loaded (buffers hold the constructor's values either way). Throws Error
// (unsupported) for a channel count that this kind cannot take.
std::shared_ptr<Backbone> make_backbone(const BackboneConfig& config,
                                        std::int64_t in_channels,
                                        std::optional<std::uint64_t> seed);

}  // namespace saker
