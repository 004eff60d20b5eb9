// DINOv2's vision transformer, with and without registers.
//
// Patches and a class token get learned positions, resampled to the grid of the image; registers
// are put between the two without any. Every tap passes through the same final norm.
// Keys: cls_token, pos_embed, [register_tokens,] mask_token, patch_embed.proj,
// blocks.N.{norm1, attn.{qkv, proj}, ls1, norm2, mlp.{fc1, fc2} or mlp.{w12, w3}, ls2}, norm.
// Sources: Oquab et al., "DINOv2", 2023; Darcet et al., "Vision Transformers Need Registers", 2023.
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

namespace saker {

class Dinov2Vit final : public MaskableVit {
 public:
  Dinov2Vit(const BackboneConfig& config, std::int64_t in_channels);

  void initialize(std::uint64_t seed);

  // While training with draws, blocks drop samples at config().drop_path_rate.
  std::vector<torch::Tensor> feature_maps(const torch::Tensor& images,
                                          const std::vector<std::int64_t>& taps) override;
  void deploy() override;

  // The mask token gets the positions of the patches that it replaces.
  torch::Tensor features(const torch::Tensor& images, const torch::Tensor& masks = {}) override;

  // The steps of both: [class token, registers, patches], [B, T, width]; the blocks.
  torch::Tensor tokens(const torch::Tensor& images, const torch::Tensor& masks = {});
  VitBlocks& blocks() { return blocks_; }

 private:
  torch::Tensor positions(const PatchGrid& grid);
  torch::Tensor deployed_tokens(const torch::Tensor& images, const PatchGrid& grid);
  // The outputs of the taps behind the final norm, [B, T, width] each.
  std::vector<torch::Tensor> normed_outputs(const torch::Tensor& first_tokens,
                                            const std::vector<std::int64_t>& taps);

  torch::Tensor cls_token_, pos_embed_, register_tokens_, mask_token_;
  PatchEmbedding patch_embed_{nullptr};
  VitBlocks blocks_{nullptr};
  torch::nn::LayerNorm norm_{nullptr};
  // Deployed on the CPU: in place of the blocks and the patch embedding.
  std::optional<FoldedVit> folded_;
  FoldedPatchEmbedding folded_patches_;
  // [1, T, width]: all tokens but for the images' part, of the last grid that was asked for.
  torch::Tensor placed_tokens_;
  PatchGrid placed_grid_;
};

}  // namespace saker
