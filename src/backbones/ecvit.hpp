// EdgeCrafter's vision transformer.
//
// Three 3x3 convolutions of stride 2 with batch norm and ReLU and a fourth without make the
// patches; a register token stands in front of them; blocks are pre-norm with rotary positions on
// the patches, without layer scale; there is no final norm.
// Keys: register_token, patch_embed.{convs.{0, 1, 2}.{conv, norm}, proj},
// blocks.N.{norm1, attn.{qkv, proj}, norm2, mlp.{fc1, fc2}}, rope_embed.periods.
// Source: "EdgeCrafter", arXiv 2603.18739.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "backbones/backbone.hpp"
#include "backbones/folded_vit.hpp"
#include "backbones/patch_embedding.hpp"
#include "backbones/vit_blocks.hpp"
#include "nn/batch_norm_2d.hpp"
#include "nn/conv2d.hpp"
#include "nn/rotary_embedding.hpp"

namespace saker {

// Convolution without bias and batch norm, [B, in, H, W] -> [B, out, H', W']. Keys: conv.weight,
// norm.{weight, bias, running_mean, running_var, num_batches_tracked}.
class ConvBatchNormImpl : public torch::nn::Module {
 public:
  // options.bias is taken as false.
  explicit ConvBatchNormImpl(Conv2dOptions options);

  torch::Tensor forward(const torch::Tensor& x) { return norm->forward(conv->forward(x)); }

  Conv2d conv{nullptr};
  BatchNorm2d norm{nullptr};
};
TORCH_MODULE(ConvBatchNorm);

// Patches of 16 pixels. [B, C, H, W] -> [B, width, H / 16, W / 16].
class ConvolutionalPatchEmbeddingImpl : public torch::nn::Module {
 public:
  ConvolutionalPatchEmbeddingImpl(std::int64_t in_channels, std::int64_t width);

  torch::Tensor forward(const torch::Tensor& images);

  std::vector<ConvBatchNorm> convs;
  Conv2d proj{nullptr};
};
TORCH_MODULE(ConvolutionalPatchEmbedding);

class EcVit final : public Backbone {
 public:
  // Throws Error (unsupported) unless there are 3 input channels.
  EcVit(const BackboneConfig& config, std::int64_t in_channels);

  void initialize(std::uint64_t seed);

  std::vector<torch::Tensor> feature_maps(const torch::Tensor& images,
                                          const std::vector<std::int64_t>& taps) override;
  void deploy() override;

  // The steps of feature_maps: [register token, patches], [B, T, width], of the map that
  // patch_embedding() gives; their positions; the blocks.
  ConvolutionalPatchEmbedding& patch_embedding() { return patch_embed_; }
  torch::Tensor tokens(const torch::Tensor& patches) const;
  RotaryTable positions(const PatchGrid& grid);
  VitBlocks& blocks() { return blocks_; }

 private:
  torch::Tensor register_token_;
  ConvolutionalPatchEmbedding patch_embed_{nullptr};
  VitBlocks blocks_{nullptr};
  RotaryEmbedding rope_embed_{nullptr};
  std::optional<FoldedVit> folded_;  // deployed on the CPU: in place of the blocks
};

}  // namespace saker
