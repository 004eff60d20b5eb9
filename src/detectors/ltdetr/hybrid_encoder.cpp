#include "detectors/ltdetr/hybrid_encoder.hpp"

#include <fmt/format.h>
#include <torch/nn/modules/container/moduledict.h>
#include <torch/nn/modules/container/modulelist.h>

#include <cmath>
#include <string>

#include "detectors/ltdetr/sine_positions.hpp"
#include "nn/default_initialization.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

constexpr std::size_t kSteps = kLtdetrLevels - 1;  // between neighbouring levels

std::array<std::int64_t, 2> size_hw(const torch::Tensor& map) { return {map.size(2), map.size(3)}; }

}  // namespace

HybridEncoder::HybridEncoder(const HybridEncoderConfig& config, std::optional<std::uint64_t> seed)
    : config_(config) {
  const std::int64_t width = config.width;
  const auto list = [this](const std::string& name) {
    return register_module(name, torch::nn::ModuleList());
  };
  // Adds a module to a list of this one and to the vector through which it is called.
  const auto add = [](torch::nn::ModuleList& to, auto& modules, const auto& module) {
    modules.push_back(module);
    to->push_back(module);
  };
  const auto unit = [width](std::int64_t in, std::int64_t kernel, Activation activation) {
    return ConvUnit(ConvUnitOptions{.in = in,
                                    .out = width,
                                    .kernel = kernel,
                                    .stride = kernel == 3 ? 2 : 1,
                                    .activation = activation});
  };
  const auto fusion = [&] {
    return CspBlock(CspBlockOptions{
        .in = 2 * width,
        .hidden =
            static_cast<std::int64_t>(std::floor(static_cast<double>(width) * config.expansion)),
        .out = width,
        .blocks = static_cast<std::int64_t>(std::lround(3 * config.depth_factor))});
  };

  torch::nn::ModuleList input_proj = list("input_proj");
  for (const std::int64_t channels : config.in_channels)
    add(input_proj, input_proj_, unit(channels, 1, Activation::kNone));

  attention_ = AifiLayer(
      AifiLayerOptions{.width = width, .heads = config.heads, .ffn_width = config.ffn_width});
  const auto attention_stack = std::make_shared<torch::nn::ModuleDictImpl>();
  torch::nn::ModuleList attention_layers;
  attention_layers->push_back(attention_);
  attention_stack->update(torch::OrderedDict<std::string, std::shared_ptr<torch::nn::Module>>{
      {"layers", attention_layers.ptr()}});
  list("encoder")->push_back(attention_stack);

  torch::nn::ModuleList lateral_convs = list("lateral_convs"), fpn_blocks = list("fpn_blocks");
  for (std::size_t i = 0; i < kSteps; ++i) {
    add(lateral_convs, lateral_convs_, unit(width, 1, Activation::kSilu));
    add(fpn_blocks, fpn_blocks_, fusion());
  }
  torch::nn::ModuleList downsample_convs = list("downsample_convs"),
                        pan_blocks = list("pan_blocks");
  for (std::size_t i = 0; i < kSteps; ++i) {
    if (config.rescale) add(downsample_convs, downsample_convs_, unit(width, 3, Activation::kSilu));
    add(pan_blocks, pan_blocks_, fusion());
  }
  if (seed) initialize_by_default(*this, *seed, "encoder.");
}

std::vector<torch::Tensor> HybridEncoder::forward(const std::vector<torch::Tensor>& maps) {
  check_sizes(maps);
  std::vector<torch::Tensor> inner;  // [level]
  for (std::size_t i = 0; i < kLtdetrLevels; ++i) {
    inner.push_back(input_proj_[i]->forward(maps[i].contiguous(torch::MemoryFormat::ChannelsLast)));
  }
  inner.back() = attend(inner.back());

  for (std::size_t step = 0; step < kSteps; ++step) {  // from coarse to fine
    const std::size_t level = kLtdetrLevels - 1 - step;
    inner[level] = lateral_convs_[step]->forward(inner[level]);
    const torch::Tensor& lower = inner[level - 1];
    const torch::Tensor upper = config_.rescale
                                    ? at::upsample_nearest2d(inner[level], lower.sizes().slice(2))
                                    : inner[level];
    inner[level - 1] = fpn_blocks_[step]->forward(torch::cat({upper, lower}, 1));
  }

  std::vector<torch::Tensor> outputs = {inner.front()};
  for (std::size_t step = 0; step < kSteps; ++step) {  // and back
    const torch::Tensor lower =
        config_.rescale ? downsample_convs_[step]->forward(outputs.back()) : outputs.back();
    outputs.push_back(pan_blocks_[step]->forward(torch::cat({lower, inner[step + 1]}, 1)));
  }
  return outputs;
}

void HybridEncoder::deploy() {
  for (auto* units : {&input_proj_, &lateral_convs_, &downsample_convs_}) {
    for (ConvUnit& unit : *units) unit->fold();
  }
  attention_->fold();
  for (auto* blocks : {&fpn_blocks_, &pan_blocks_}) {
    for (CspBlock& block : *blocks) block->fold();
  }
}

torch::Tensor HybridEncoder::attend(const torch::Tensor& map) {
  const std::array<std::int64_t, 2> size = size_hw(map);
  if (!positions_.defined() || positions_hw_ != size || positions_.device() != map.device()) {
    positions_ =
        sine_positions(size[0], size[1], config_.width, map.options().dtype(torch::kFloat32));
    positions_hw_ = size;
  }
  const torch::Tensor tokens = map.flatten(2).transpose(1, 2);
  return attention_->forward(tokens, positions_).transpose(1, 2).unflatten(2, size);
}

void HybridEncoder::check_sizes(const std::vector<torch::Tensor>& maps) const {
  if (maps.size() != kLtdetrLevels) {
    throw Error(
        ErrorKind::kInternal,
        fmt::format("the encoder takes {} feature maps, not {}", kLtdetrLevels, maps.size()));
  }
  const std::int64_t ratio = config_.rescale ? 2 : 1;
  for (std::size_t i = 0; i + 1 < kLtdetrLevels; ++i) {
    const auto [height, width] = size_hw(maps[i]);
    const auto [next_height, next_width] = size_hw(maps[i + 1]);
    if (height == ratio * next_height && width == ratio * next_width) continue;
    throw Error(
        ErrorKind::kUsage,
        fmt::format("feature maps of {} x {} and {} x {} do not fit together, the first must "
                    "be {} times as large; choose an image_size that is a multiple of the "
                    "model's largest stride",
                    height,
                    width,
                    next_height,
                    next_width,
                    ratio));
  }
}

}  // namespace saker
