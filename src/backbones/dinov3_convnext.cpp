#include "backbones/dinov3_convnext.hpp"

#include <fmt/format.h>
#include <torch/utils.h>

#include <memory>
#include <string>
#include <utility>

#include "backbones/folded_convnext.hpp"
#include "nn/initialization.hpp"
#include "saker/error.hpp"
#include "weights/state_dict.hpp"

namespace saker {
namespace {

constexpr double kWeightStd = 0.02;
constexpr double kGamma = 1e-6;

// Shows the tensors of a norm under a second name.
class SecondNameOfNorm : public torch::nn::Module, public SharesParameters {
 public:
  explicit SecondNameOfNorm(ChannelNorm norm) : norm_(std::move(norm)) {}

  std::vector<std::pair<std::string, torch::Tensor>> shared_parameters() const override {
    return {{"weight", norm_->weight}, {"bias", norm_->bias}};
  }

 private:
  ChannelNorm norm_;
};

using Container = std::shared_ptr<torch::nn::Module>;

Container add_container(torch::nn::Module& parent, const std::string& name) {
  return parent.register_module(name, std::make_shared<torch::nn::Module>());
}

}  // namespace

ChannelNormImpl::ChannelNormImpl(std::int64_t channels) {
  weight = register_parameter("weight", torch::ones({channels}));
  bias = register_parameter("bias", torch::zeros({channels}));
}

torch::Tensor ChannelNormImpl::forward(const torch::Tensor& map) const {
  return forward_pixels(map.permute({0, 2, 3, 1})).permute({0, 3, 1, 2});
}

torch::Tensor ChannelNormImpl::forward_pixels(const torch::Tensor& pixels) const {
  return torch::layer_norm(pixels, {weight.size(0)}, weight, bias, kEps);
}

ConvNextBlockImpl::ConvNextBlockImpl(std::int64_t channels) {
  gamma = register_parameter("gamma", torch::empty({channels}));
  dwconv = register_module(
      "dwconv",
      Conv2d(Conv2dOptions{
          .in = channels, .out = channels, .kernel = 7, .padding = 3, .groups = channels}));
  norm = register_module("norm", ChannelNorm(channels));
  pwconv1 = register_module("pwconv1", Linear(channels, 4 * channels));
  pwconv2 = register_module("pwconv2", Linear(4 * channels, channels));
}

torch::Tensor ConvNextBlockImpl::forward(const torch::Tensor& map) {
  const torch::Tensor pixels = dwconv->forward(map).permute({0, 2, 3, 1});  // [B, H, W, C]
  const torch::Tensor hidden = torch::gelu(pwconv1->forward(norm->forward_pixels(pixels)));
  return map + (pwconv2->forward(hidden) * gamma).permute({0, 3, 1, 2});
}

Dinov3ConvNext::Dinov3ConvNext(const BackboneConfig& config, std::int64_t in_channels)
    : Backbone(config), stages_(kStages) {
  const Container downsample_layers = add_container(*this, "downsample_layers");
  const Container stages = add_container(*this, "stages");
  for (std::size_t s = 0; s < kStages; ++s) {
    const std::int64_t width = config.stage_widths[s];
    const std::int64_t in = s == 0 ? in_channels : config.stage_widths[s - 1];
    const std::int64_t kernel = s == 0 ? 4 : 2;
    Stage& stage = stages_[s];
    stage.convolution =
        Conv2d(Conv2dOptions{.in = in, .out = width, .kernel = kernel, .stride = kernel});
    stage.norm = ChannelNorm(s == 0 ? width : in);
    const Container layers = add_container(*downsample_layers, std::to_string(s));
    const char* convolution_name = s == 0 ? "0" : "1";
    if (s == 0) layers->register_module(convolution_name, stage.convolution);
    layers->register_module(s == 0 ? "1" : "0", stage.norm);
    if (s != 0) layers->register_module(convolution_name, stage.convolution);

    const Container blocks = add_container(*stages, std::to_string(s));
    for (std::int64_t i = 0; i < config.stage_depths[s]; ++i) {
      stage.blocks.push_back(blocks->register_module(std::to_string(i), ConvNextBlock(width)));
    }
  }
  norm_ = register_module("norm", ChannelNorm(config.stage_widths.back()));
  add_container(*this, "norms")
      ->register_module(std::to_string(kStages - 1), std::make_shared<SecondNameOfNorm>(norm_));
}

Dinov3ConvNext::~Dinov3ConvNext() = default;

void Dinov3ConvNext::initialize(std::uint64_t seed) {
  const torch::NoGradGuard no_grad;
  for (auto& item : named_parameters()) {
    torch::Tensor& tensor = item.value();
    if (item.key().ends_with(".gamma")) {
      tensor.fill_(kGamma);
    } else if (tensor.dim() > 1) {
      fill_normal(tensor, kWeightStd, {seed, item.key()});
    } else {
      tensor.fill_(item.key().ends_with(".weight") ? 1.0 : 0.0);
    }
  }
}

void Dinov3ConvNext::deploy() {
  if (folded_ || !FoldedConvNext::serves(*this)) return;
  folded_ = std::make_unique<FoldedConvNext>(*this);
  for (const char* name : {"downsample_layers", "stages", "norm", "norms"}) unregister_module(name);
  stages_.clear();
  norm_ = nullptr;
}

torch::Tensor Dinov3ConvNext::downsample(std::size_t stage, const torch::Tensor& map) {
  Stage& layers = stages_[stage];
  if (stage == 0) return layers.norm->forward(layers.convolution->forward(map));
  return layers.convolution->forward(layers.norm->forward(map));
}

std::vector<torch::Tensor> Dinov3ConvNext::feature_maps(const torch::Tensor& images,
                                                        const std::vector<std::int64_t>& taps) {
  check_taps(taps, static_cast<std::int64_t>(kStages), "stages");
  const std::int64_t height = images.size(2), width = images.size(3);
  if (height % kStride != 0 || width % kStride != 0 || height * width == 0) {
    throw Error(ErrorKind::kUsage,
                fmt::format("images of {} x {} pixels do not fit ConvNeXt; choose an image_size of "
                            "which both sides are multiples of {}",
                            height,
                            width,
                            kStride));
  }
  if (folded_) {
    require_deployed_input(images);
    return folded_->feature_maps(images, taps);
  }
  std::vector<torch::Tensor> maps;
  torch::Tensor x = images.contiguous(at::MemoryFormat::ChannelsLast);
  for (std::size_t s = 0; maps.size() < taps.size(); ++s) {
    x = downsample(s, x);
    for (ConvNextBlock& block : stages_[s].blocks) x = block->forward(x);
    if (static_cast<std::int64_t>(s) != taps[maps.size()]) continue;
    maps.push_back(s + 1 == kStages ? norm_->forward(x) : x);
  }
  return maps;
}

}  // namespace saker
