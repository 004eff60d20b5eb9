#include "backbones/dinov2_vit.hpp"

#include <torch/utils.h>

#include <optional>

#include "backbones/position_grid.hpp"
#include "nn/initialization.hpp"

namespace saker {
namespace {

constexpr double kDinov2NormEps = 1e-6;
constexpr double kPositionStd = 0.02;
constexpr double kDinov2TokenStd = 1e-6;

}  // namespace

Dinov2Vit::Dinov2Vit(const BackboneConfig& config, std::int64_t in_channels) : MaskableVit(config) {
  const std::int64_t width = config.width;
  cls_token_ = register_parameter("cls_token", torch::empty({1, 1, width}));
  pos_embed_ = register_parameter(
      "pos_embed", torch::empty({1, 1 + config.position_grid * config.position_grid, width}));
  if (config.register_tokens > 0) {
    register_tokens_ =
        register_parameter("register_tokens", torch::empty({1, config.register_tokens, width}));
  }
  mask_token_ = register_parameter("mask_token", torch::empty({1, width}));
  patch_embed_ =
      register_module("patch_embed", PatchEmbedding(in_channels, width, config.patch_size));
  blocks_ = register_module(
      "blocks",
      VitBlocks(TransformerBlockOptions{.width = width,
                                        .heads = config.heads,
                                        .mlp_hidden = width * config.ffn_ratio,
                                        .feed_forward = config.swiglu ? FeedForwardKind::kSwiGlu
                                                                      : FeedForwardKind::kMlp,
                                        .norm_eps = kDinov2NormEps,
                                        .drop_path_rate = config.drop_path_rate},
                config.depth,
                config.block_chunks));
  norm_ = register_module(
      "norm", torch::nn::LayerNorm(torch::nn::LayerNormOptions({width}).eps(kDinov2NormEps)));
}

void Dinov2Vit::initialize(std::uint64_t seed) {
  initialize_vit_layers(*this, seed);
  const torch::NoGradGuard no_grad;
  fill_normal(cls_token_, kDinov2TokenStd, {seed, "cls_token"});
  fill_normal(pos_embed_, kPositionStd, {seed, "pos_embed"});
  if (register_tokens_.defined())
    fill_normal(register_tokens_, kDinov2TokenStd, {seed, "register_tokens"});
  mask_token_.zero_();
}

torch::Tensor Dinov2Vit::positions(const PatchGrid& grid) {
  return resample_positions(
      pos_embed_,
      grid,
      {.offset = config().position_offset, .antialias = config().position_antialias});
}

torch::Tensor Dinov2Vit::tokens(const torch::Tensor& images, const torch::Tensor& masks) {
  const PatchGrid grid = patch_grid(images, config().patch_size);
  torch::Tensor patches = patch_embed_->forward(images);
  if (masks.defined())
    patches = torch::where(masks.unsqueeze(-1), mask_token_.to(patches.scalar_type()), patches);
  const std::int64_t batch = images.size(0);
  const auto for_batch = [&](const torch::Tensor& token) {
    return token.expand({batch, -1, -1}).to(patches.scalar_type());
  };
  const torch::Tensor all = positions(grid);
  const torch::Tensor class_token = cls_token_ + all.narrow(1, 0, 1);
  const torch::Tensor placed = patches + all.narrow(1, 1, grid.count()).to(patches.scalar_type());
  std::vector<torch::Tensor> parts = {for_batch(class_token), placed};
  if (register_tokens_.defined()) parts.insert(parts.begin() + 1, for_batch(register_tokens_));
  return torch::cat(parts, 1);
}

void Dinov2Vit::deploy() {
  if (folded_ || !FoldedVit::serves(blocks_)) return;
  folded_.emplace(blocks_, norm_, leading_tokens());
  folded_patches_ = FoldedPatchEmbedding(*patch_embed_->proj);
  unregister_module("blocks");
  blocks_ = nullptr;
}

torch::Tensor Dinov2Vit::deployed_tokens(const torch::Tensor& images, const PatchGrid& grid) {
  require_deployed_input(images);
  const torch::NoGradGuard no_grad;
  if (!placed_tokens_.defined() || placed_grid_ != grid) {
    const torch::Tensor all = positions(grid);
    std::vector<torch::Tensor> parts = {cls_token_ + all.narrow(1, 0, 1),
                                        all.narrow(1, 1, grid.count())};
    if (register_tokens_.defined()) parts.insert(parts.begin() + 1, register_tokens_);
    placed_tokens_ = torch::cat(parts, 1).to(torch::kFloat32);
    placed_grid_ = grid;
  }
  const std::int64_t width = config().width, count = placed_tokens_.size(1);
  torch::Tensor x = placed_tokens_.repeat({images.size(0), 1, 1});
  folded_patches_.run(images,
                      /*add=*/true,
                      x.mutable_data_ptr<float>() + leading_tokens() * width,
                      count * width);
  return x;
}

std::vector<torch::Tensor> Dinov2Vit::normed_outputs(const torch::Tensor& first_tokens,
                                                     const std::vector<std::int64_t>& taps) {
  const std::optional<TrainingDraws> draws = begin_pass();
  const auto run = [&](std::int64_t block, const torch::Tensor& x) {
    if (!draws) return (*blocks_)[block]->forward(x);
    RandomStream stream = block_draws(*draws, "drop path", block);
    return (*blocks_)[block]->forward(x, /*positions=*/nullptr, &stream);
  };
  std::vector<torch::Tensor> outputs = blocks_->outputs(first_tokens, taps, run);
  for (torch::Tensor& output : outputs) output = norm_->forward(output);
  return outputs;
}

torch::Tensor Dinov2Vit::features(const torch::Tensor& images, const torch::Tensor& masks) {
  return normed_outputs(tokens(images, masks), {config().depth - 1}).front();
}

std::vector<torch::Tensor> Dinov2Vit::feature_maps(const torch::Tensor& images,
                                                   const std::vector<std::int64_t>& taps) {
  const PatchGrid grid = patch_grid(images, config().patch_size);
  check_taps(taps, config().depth, "blocks");
  if (folded_)
    return folded_->feature_maps(deployed_tokens(images, grid), grid, taps, /*positions=*/nullptr);
  std::vector<torch::Tensor> maps = normed_outputs(tokens(images), taps);
  for (torch::Tensor& map : maps)
    map = tokens_to_map(map.narrow(1, leading_tokens(), grid.count()), grid);
  return maps;
}

}  // namespace saker
