// LTDETR's encoder: attention within the coarsest map, then fusion of all maps from coarse to fine
// and back.
//
// Source: Zhao et al., "DETRs Beat YOLOs on Real-time Object Detection", CVPR 2024, section 4.2.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "detectors/ltdetr/aifi_layer.hpp"
#include "detectors/ltdetr/csp_block.hpp"
#include "detectors/ltdetr/ltdetr_config.hpp"
#include "nn/conv_unit.hpp"

namespace saker {

// Keys: input_proj.i.*, encoder.0.layers.0.* (AifiLayer), lateral_convs.i.*, fpn_blocks.i.*,
// downsample_convs.i.* (only with rescaling), pan_blocks.i.*.
class HybridEncoder : public torch::nn::Module {
 public:
  // With `seed`, weights are as for training from nothing; without, they are left uninitialised, to
  // be loaded.
  HybridEncoder(const HybridEncoderConfig& config, std::optional<std::uint64_t> seed);

  // maps: three levels [B, C, h, w], finest first, of the configured channels; with rescaling each
  // has twice the size of the next, otherwise all are equal. Returns as many of `width` channels
  // and the same sizes, channels-last. Throws Error (usage) for other sizes.
  std::vector<torch::Tensor> forward(const std::vector<torch::Tensor>& maps);

  // For good, into the form for prediction: RepVGG's branches merged, batch norms folded. State
  // dicts are no longer available.
  void deploy();

  const HybridEncoderConfig& config() const { return config_; }

 private:
  void check_sizes(const std::vector<torch::Tensor>& maps) const;
  torch::Tensor attend(const torch::Tensor& map);

  HybridEncoderConfig config_;
  std::vector<ConvUnit> input_proj_;        // [level]
  AifiLayer attention_{nullptr};            // on the coarsest level
  std::vector<ConvUnit> lateral_convs_;     // [0] on the coarsest level
  std::vector<CspBlock> fpn_blocks_;        // [0] on the middle level
  std::vector<ConvUnit> downsample_convs_;  // [0] on the finest level; empty without rescaling
  std::vector<CspBlock> pan_blocks_;        // [0] on the middle level
  torch::Tensor positions_;                 // of the map size seen last
  std::array<std::int64_t, 2> positions_hw_ = {};
};

}  // namespace saker
