#include "detectors/ltdetr/feature_extractor.hpp"

#include <fmt/format.h>
#include <torch/utils.h>

#include "nn/batch_norm_activation.hpp"
#include "nn/initialization.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

constexpr const char* kWrapper = "_model_wrapper";
constexpr const char* kMaskToken = "mask_token";

const char* backbone_key(BackboneKind kind) {
  return kind == BackboneKind::kEcVit ? "backbone" : "_model";
}

std::vector<std::int64_t> taps_of(const LtdetrConfig& config) {
  switch (config.backbone.kind) {
    case BackboneKind::kConvNext:
      return {1, 2, 3};
    case BackboneKind::kEcVit:
      return {config.backbone.depth - 2, config.backbone.depth - 1};
    default:
      break;
  }
  if (!config.adapter)
    throw Error(ErrorKind::kInternal, config.name + " has a vision transformer but no adapter");
  return {config.adapter->taps.begin(), config.adapter->taps.end()};
}

}  // namespace

FeatureExtractor::FeatureExtractor(const LtdetrConfig& config,
                                   std::int64_t in_channels,
                                   std::optional<std::uint64_t> seed)
    : config_(config),
      backbone_(make_backbone(config.backbone, in_channels, seed)),
      taps_(taps_of(config)) {
  const auto wrapper = register_module(kWrapper, std::make_shared<torch::nn::Module>());
  wrapper->register_module(backbone_key(config.backbone.kind), backbone_);
  if (config.adapter) {
    adapter_.emplace(*config.adapter, config.backbone.width, in_channels);
    adapter_->register_with(*this);
  }
  if (config.backbone.projectors > 0) {
    const auto projector =
        wrapper->register_module("projector", std::make_shared<torch::nn::Module>());
    for (std::int64_t i = 0; i < config.backbone.projectors; ++i) {
      const std::int64_t out = config.backbone.projector_width;
      const auto unit =
          projector->register_module(std::to_string(i), std::make_shared<torch::nn::Module>());
      projectors_.push_back(unit->register_module(
          "conv", Conv2d(Conv2dOptions{.in = config.backbone.width, .out = out, .bias = false})));
      projector_norms_.push_back(unit->register_module("norm", BatchNorm2d(out)));
    }
  }
  if (seed) initialize_connector(*seed);
  set_frozen(false);
}

void FeatureExtractor::initialize_connector(std::uint64_t seed) {
  const torch::NoGradGuard no_grad;
  for (auto& item : named_parameters()) {
    if (!item.key().starts_with(backbone_prefix()) && item.value().dim() == 4)
      fill_as_libtorch(item.value(), item.value(), {seed, item.key()});
  }
}

std::vector<torch::Tensor> FeatureExtractor::forward(const torch::Tensor& images) {
  require_ltdetr_size(config_, {images.size(2), images.size(3)});
  if (config_.backbone.projectors > 0) return ecvit_levels(images);
  const std::vector<torch::Tensor> taps = backbone_->feature_maps(images, taps_);
  return adapter_ ? adapter_->forward(images, taps) : taps;
}

std::vector<torch::Tensor> FeatureExtractor::ecvit_levels(const torch::Tensor& images) {
  const std::vector<torch::Tensor> taps = backbone_->feature_maps(images, taps_);
  const torch::Tensor mean = (taps[0] + taps[1]) / 2;
  std::vector<torch::Tensor> levels;
  for (std::size_t level = 0; level < kLtdetrLevels; ++level) {
    torch::Tensor map = resize_to_level(mean, level);
    // A single projector is the coarsest level's.
    const auto first = kLtdetrLevels - static_cast<std::size_t>(config_.backbone.projectors);
    if (level >= first) map = project(level - first, map);
    levels.push_back(map);
  }
  return levels;
}

torch::Tensor FeatureExtractor::project(std::size_t projector, const torch::Tensor& map) {
  if (!folded_projectors_.empty()) return folded_projectors_[projector](map);
  return batch_norm_activation(
      projectors_[projector]->forward(map), *projector_norms_[projector], Activation::kNone);
}

void FeatureExtractor::deploy() {
  eval();
  backbone_->deploy();
  if (adapter_) adapter_->fold(*this);
  if (projectors_.empty()) return;
  for (std::size_t i = 0; i < projectors_.size(); ++i)
    folded_projectors_.emplace_back(*projectors_[i], projector_norms_[i].get());
  projectors_.clear();
  projector_norms_.clear();
  named_children()[kWrapper]->unregister_module("projector");
}

void FeatureExtractor::set_frozen(bool frozen) {
  frozen_ = frozen;
  for (auto& item : named_parameters()) {
    const std::string& key = item.key();
    item.value().requires_grad_(!frozen && !key.ends_with(kMaskToken));
  }
  train(is_training());
}

void FeatureExtractor::train(bool on) { torch::nn::Module::train(on && !frozen_); }

std::string FeatureExtractor::backbone_prefix() const {
  return fmt::format("{}.{}.", kWrapper, backbone_key(backbone_->config().kind));
}

std::shared_ptr<FeatureExtractor> make_feature_extractor(const LtdetrConfig& config,
                                                         std::int64_t in_channels,
                                                         std::optional<std::uint64_t> seed) {
  return std::make_shared<FeatureExtractor>(config, in_channels, seed);
}

}  // namespace saker
