#include "backbones/dinov3_vit.hpp"

#include <torch/utils.h>

#include <cmath>
#include <numbers>
#include <optional>

#include "nn/initialization.hpp"

namespace saker {
namespace {

constexpr double kDinov3NormEps = 1e-5;
constexpr double kDinov3TokenStd = 0.02;

}  // namespace

Dinov3Vit::Dinov3Vit(const BackboneConfig& config, std::int64_t in_channels) : MaskableVit(config) {
  const std::int64_t width = config.width;
  cls_token_ = register_parameter("cls_token", torch::empty({1, 1, width}));
  storage_tokens_ =
      register_parameter("storage_tokens", torch::empty({1, config.register_tokens, width}));
  mask_token_ = register_parameter("mask_token", torch::empty({1, width}));
  patch_embed_ =
      register_module("patch_embed", PatchEmbedding(in_channels, width, config.patch_size));
  rope_embed_ = register_module("rope_embed", RotaryEmbedding(width / config.heads));
  blocks_ =
      register_module("blocks",
                      VitBlocks(TransformerBlockOptions{.width = width,
                                                        .heads = config.heads,
                                                        .mlp_hidden = width * config.ffn_ratio,
                                                        .norm_eps = kDinov3NormEps,
                                                        .mask_key_bias = true,
                                                        .drop_path_rate = config.drop_path_rate},
                                config.depth));
  norm_ = register_module(
      "norm", torch::nn::LayerNorm(torch::nn::LayerNormOptions({width}).eps(kDinov3NormEps)));
}

void Dinov3Vit::initialize(std::uint64_t seed) {
  initialize_vit_layers(*this, seed);
  const torch::NoGradGuard no_grad;
  fill_normal(cls_token_, kDinov3TokenStd, {seed, "cls_token"});
  fill_normal(storage_tokens_, kDinov3TokenStd, {seed, "storage_tokens"});
  mask_token_.zero_();
}

torch::Tensor Dinov3Vit::tokens(const torch::Tensor& images, const torch::Tensor& masks) const {
  torch::Tensor patches = patch_embed_->forward(images);
  if (masks.defined())
    patches = torch::where(masks.unsqueeze(-1), mask_token_.to(patches.scalar_type()), patches);
  const std::int64_t batch = images.size(0);
  return torch::cat({cls_token_.expand({batch, -1, -1}).to(patches.scalar_type()),
                     storage_tokens_.expand({batch, -1, -1}).to(patches.scalar_type()),
                     patches},
                    1);
}

RotaryTable Dinov3Vit::positions(const PatchGrid& grid, double scale) {
  return rope_embed_->table(grid.height, grid.width, leading_tokens(), scale);
}

void Dinov3Vit::deploy() {
  if (folded_ || !FoldedVit::serves(blocks_)) return;
  folded_.emplace(blocks_, norm_, leading_tokens());
  folded_patches_ = FoldedPatchEmbedding(*patch_embed_->proj);
  unregister_module("blocks");
  blocks_ = nullptr;
}

torch::Tensor Dinov3Vit::deployed_tokens(const torch::Tensor& images, const PatchGrid& grid) const {
  require_deployed_input(images);
  const torch::NoGradGuard no_grad;
  const std::int64_t width = config().width, count = leading_tokens() + grid.count();
  torch::Tensor x = at::empty({images.size(0), count, width}, images.options());
  x.narrow(1, 0, 1).copy_(cls_token_);
  x.narrow(1, 1, config().register_tokens).copy_(storage_tokens_);
  folded_patches_.run(images,
                      /*add=*/false,
                      x.mutable_data_ptr<float>() + leading_tokens() * width,
                      count * width);
  return x;
}

std::vector<torch::Tensor> Dinov3Vit::normed_outputs(const torch::Tensor& first_tokens,
                                                     const PatchGrid& grid,
                                                     const std::vector<std::int64_t>& taps) {
  const std::optional<TrainingDraws> draws = begin_pass();
  const auto run = [&](std::int64_t block, const torch::Tensor& x) {
    if (!draws) {
      const RotaryTable table = positions(grid);
      return (*blocks_)[block]->forward(x, &table);
    }
    RandomStream scales = block_draws(*draws, "position scale", block);
    const RotaryTable table =
        positions(grid, std::exp(scales.uniform(-std::numbers::ln2, std::numbers::ln2)));
    RandomStream drops = block_draws(*draws, "drop path", block);
    return (*blocks_)[block]->forward(x, &table, &drops);
  };
  std::vector<torch::Tensor> outputs = blocks_->outputs(first_tokens, taps, run);
  for (torch::Tensor& output : outputs) output = norm_->forward(output);
  return outputs;
}

torch::Tensor Dinov3Vit::features(const torch::Tensor& images, const torch::Tensor& masks) {
  const PatchGrid grid = patch_grid(images, config().patch_size);
  return normed_outputs(tokens(images, masks), grid, {config().depth - 1}).front();
}

std::vector<torch::Tensor> Dinov3Vit::feature_maps(const torch::Tensor& images,
                                                   const std::vector<std::int64_t>& taps) {
  const PatchGrid grid = patch_grid(images, config().patch_size);
  check_taps(taps, config().depth, "blocks");
  if (folded_) {
    const RotaryTable table = positions(grid);
    return folded_->feature_maps(deployed_tokens(images, grid), grid, taps, &table);
  }
  std::vector<torch::Tensor> maps = normed_outputs(tokens(images), grid, taps);
  for (torch::Tensor& map : maps)
    map = tokens_to_map(map.narrow(1, leading_tokens(), grid.count()), grid);
  return maps;
}

}  // namespace saker
