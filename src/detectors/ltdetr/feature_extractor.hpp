// LTDETR's backbone with whatever stands between it and the encoder: three feature maps from
// images.
//
//   auto extractor = make_feature_extractor(config, /*in_channels=*/3, seed);
//   std::vector<torch::Tensor> maps = extractor->forward(images);   // finest first
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backbones/backbone.hpp"
#include "detectors/ltdetr/ltdetr_config.hpp"
#include "detectors/ltdetr/vit_adapter.hpp"
#include "nn/batch_norm_2d.hpp"
#include "nn/folded_conv.hpp"

namespace saker {

// Keys: _model_wrapper._model.* (the backbone) and, for vision transformers, sta.*, convs.*,
// norms.*; for ECViT _model_wrapper.backbone.* (the backbone) and _model_wrapper.projector.*.
//
// The mask token of a vision transformer never takes gradients: it serves pretraining alone.
class FeatureExtractor : public torch::nn::Module {
 public:
  // Prefer make_feature_extractor(). Throws as make_backbone() does.
  FeatureExtractor(const LtdetrConfig& config,
                   std::int64_t in_channels,
                   std::optional<std::uint64_t> seed);

  // images: [B, in_channels, H, W] float32, normalised. Returns three maps [B, C, h, w], of the
  // configuration's channels and strides, finest first. Throws Error (usage) unless both sides are
  // multiples of ltdetr_size_multiple().
  std::vector<torch::Tensor> forward(const torch::Tensor& images);

  // Frozen, all of it (the layers behind the backbone too) stays in evaluation mode, whatever
  // train() says, and takes no gradients.
  void set_frozen(bool frozen);
  bool is_frozen() const { return frozen_; }
  void train(bool on = true) override;

  // Puts it, for good, into the form for prediction. State dicts are no longer available.
  void deploy();

  // The backbone; parameters whose keys here start with backbone_prefix() are its own.
  Backbone& backbone() { return *backbone_; }
  const Backbone& backbone() const { return *backbone_; }
  std::string backbone_prefix() const;
  // The layers behind it; null for ConvNeXt and ECViT.
  VitAdapter* adapter() { return adapter_ ? &*adapter_ : nullptr; }

 private:
  void initialize_connector(std::uint64_t seed);
  std::vector<torch::Tensor> ecvit_levels(const torch::Tensor& images);
  torch::Tensor project(std::size_t projector, const torch::Tensor& map);

  LtdetrConfig config_;
  std::shared_ptr<Backbone> backbone_;
  std::optional<VitAdapter> adapter_;
  std::vector<Conv2d> projectors_;  // ECViT
  std::vector<BatchNorm2d> projector_norms_;
  std::vector<FoldedConv> folded_projectors_;  // deployed: in place of both
  std::vector<std::int64_t> taps_;
  bool frozen_ = false;
};

// With `seed`, weights are as for training from nothing; without, they are left uninitialised, to
// be loaded.
std::shared_ptr<FeatureExtractor> make_feature_extractor(const LtdetrConfig& config,
                                                         std::int64_t in_channels,
                                                         std::optional<std::uint64_t> seed);

}  // namespace saker
