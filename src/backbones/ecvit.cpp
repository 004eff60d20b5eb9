#include "backbones/ecvit.hpp"

#include <fmt/format.h>
#include <torch/utils.h>

#include <memory>
#include <string>

#include "nn/initialization.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

constexpr double kEcvitNormEps = 1e-6;
constexpr double kEcvitTokenStd = 0.02;
constexpr std::int64_t kChannels = 3;
constexpr std::int64_t kRegisters = 1;

}  // namespace

ConvBatchNormImpl::ConvBatchNormImpl(Conv2dOptions options) {
  options.bias = false;
  conv = register_module("conv", Conv2d(options));
  norm = register_module("norm", BatchNorm2d(options.out));
}

ConvolutionalPatchEmbeddingImpl::ConvolutionalPatchEmbeddingImpl(std::int64_t in_channels,
                                                                 std::int64_t width) {
  const auto container = register_module("convs", std::make_shared<torch::nn::Module>());
  std::int64_t in = in_channels;
  for (const std::int64_t divisor : {8, 4, 2}) {
    const std::int64_t out = width / divisor;
    convs.push_back(container->register_module(
        std::to_string(convs.size()),
        ConvBatchNorm(
            Conv2dOptions{.in = in, .out = out, .kernel = 3, .stride = 2, .padding = 1})));
    in = out;
  }
  proj = register_module(
      "proj",
      Conv2d(Conv2dOptions{.in = in, .out = width, .kernel = 3, .stride = 2, .padding = 1}));
}

torch::Tensor ConvolutionalPatchEmbeddingImpl::forward(const torch::Tensor& images) {
  torch::Tensor x = images;
  for (ConvBatchNorm& conv : convs) x = conv->forward(x).relu();
  return proj->forward(x);
}

EcVit::EcVit(const BackboneConfig& config, std::int64_t in_channels) : Backbone(config) {
  if (in_channels != kChannels) {
    throw Error(
        ErrorKind::kUnsupported,
        fmt::format(
            "{} takes images of {} channels, not of {}", config.name, kChannels, in_channels));
  }
  const std::int64_t width = config.width;
  register_token_ = register_parameter("register_token", torch::empty({1, kRegisters, width}));
  patch_embed_ = register_module("patch_embed", ConvolutionalPatchEmbedding(in_channels, width));
  blocks_ =
      register_module("blocks",
                      VitBlocks(TransformerBlockOptions{.width = width,
                                                        .heads = config.heads,
                                                        .mlp_hidden = width * config.ffn_ratio,
                                                        .norm_eps = kEcvitNormEps,
                                                        .layer_scale = false},
                                config.depth));
  rope_embed_ = register_module("rope_embed", RotaryEmbedding(width / config.heads));
}

void EcVit::initialize(std::uint64_t seed) {
  initialize_vit_layers(*this, seed);
  const torch::NoGradGuard no_grad;
  fill_normal(register_token_, kEcvitTokenStd, {seed, "register_token"});
}

torch::Tensor EcVit::tokens(const torch::Tensor& patches) const {
  const torch::Tensor registers =
      register_token_.expand({patches.size(0), -1, -1}).to(patches.scalar_type());
  return torch::cat({registers, patches.flatten(2).transpose(1, 2)}, 1);
}

RotaryTable EcVit::positions(const PatchGrid& grid) {
  return rope_embed_->table(grid.height, grid.width, kRegisters);
}

void EcVit::deploy() {
  if (folded_ || !FoldedVit::serves(blocks_)) return;
  folded_.emplace(blocks_, /*norm=*/nullptr, kRegisters);
  unregister_module("blocks");
  blocks_ = nullptr;
}

std::vector<torch::Tensor> EcVit::feature_maps(const torch::Tensor& images,
                                               const std::vector<std::int64_t>& taps) {
  const PatchGrid grid = patch_grid(images, config().patch_size);
  check_taps(taps, config().depth, "blocks");
  const RotaryTable table = positions(grid);
  if (folded_) {
    require_deployed_input(images);
    const torch::NoGradGuard no_grad;
    return folded_->feature_maps(
        tokens(patch_embed_->forward(images)).contiguous(), grid, taps, &table);
  }
  const auto run = [&](std::int64_t block, const torch::Tensor& x) {
    return (*blocks_)[block]->forward(x, &table);
  };
  std::vector<torch::Tensor> maps;
  const torch::Tensor first = tokens(patch_embed_->forward(images));
  for (const torch::Tensor& output : blocks_->outputs(first, taps, run)) {
    maps.push_back(tokens_to_map(output.narrow(1, kRegisters, grid.count()), grid));
  }
  return maps;
}

}  // namespace saker
