// DINOv3's vision transformer.
//
// Patches, a class token and storage (register) tokens go through pre-norm blocks with rotary
// positions on the patches and no bias on the keys; every tap passes through the same final norm.
// Keys: cls_token, storage_tokens, mask_token, patch_embed.proj, rope_embed.periods,
// blocks.N.{norm1, attn.{qkv, proj}, ls1, norm2, mlp.{fc1, fc2}, ls2}, norm.
// Source: Simeoni et al., "DINOv3", 2025.
#pragma once

#include <torch/nn/modules/normalization.h>
#include <torch/types.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "backbones/folded_patch_embedding.hpp"
#include "backbones/folded_vit.hpp"
#include "backbones/maskable_vit.hpp"
#include "backbones/patch_embedding.hpp"
#include "backbones/vit_blocks.hpp"
#include "nn/rotary_embedding.hpp"

namespace saker {

class Dinov3Vit final : public MaskableVit {
 public:
  Dinov3Vit(const BackboneConfig& config, std::int64_t in_channels);

  void initialize(std::uint64_t seed);

  // While training with draws, the coordinates of positions are multiplied by exp(u), u uniform in
  // [-ln 2, ln 2), anew for every block and pass, and blocks drop samples at
  // config().drop_path_rate.
  std::vector<torch::Tensor> feature_maps(const torch::Tensor& images,
                                          const std::vector<std::int64_t>& taps) override;
  void deploy() override;

  torch::Tensor features(const torch::Tensor& images, const torch::Tensor& masks = {}) override;

  // The steps of both: [class token, storage tokens, patches], [B, T, width]; their positions; the
  // blocks.
  torch::Tensor tokens(const torch::Tensor& images, const torch::Tensor& masks = {}) const;
  RotaryTable positions(const PatchGrid& grid, double scale = 1);
  VitBlocks& blocks() { return blocks_; }

 private:
  torch::Tensor deployed_tokens(const torch::Tensor& images, const PatchGrid& grid) const;
  // The outputs of the taps behind the final norm, [B, T, width] each.
  std::vector<torch::Tensor> normed_outputs(const torch::Tensor& first_tokens,
                                            const PatchGrid& grid,
                                            const std::vector<std::int64_t>& taps);

  torch::Tensor cls_token_, storage_tokens_, mask_token_;
  PatchEmbedding patch_embed_{nullptr};
  RotaryEmbedding rope_embed_{nullptr};
  VitBlocks blocks_{nullptr};
  torch::nn::LayerNorm norm_{nullptr};
  // Deployed on the CPU: in place of the blocks and the patch embedding.
  std::optional<FoldedVit> folded_;
  FoldedPatchEmbedding folded_patches_;
};

}  // namespace saker
