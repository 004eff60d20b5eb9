// Patches of an image as tokens.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>

#include "nn/conv2d.hpp"

namespace saker {

// A convolution whose kernel and stride are the patch size. Keys: proj.{weight, bias}.
class PatchEmbeddingImpl : public torch::nn::Module {
 public:
  PatchEmbeddingImpl(std::int64_t in_channels, std::int64_t width, std::int64_t patch_size);

  // [B, C, H, W] -> [B, (H / p) (W / p), width], row by row.
  torch::Tensor forward(const torch::Tensor& images) const;

  Conv2d proj{nullptr};
};
TORCH_MODULE(PatchEmbedding);

// The patches of an image, height and width.
struct PatchGrid {
  std::int64_t height = 0, width = 0;
  std::int64_t count() const { return height * width; }
  bool operator==(const PatchGrid&) const = default;
};

// Throws Error (usage) unless both sides of images [B, C, H, W] are positive multiples of the patch
// size.
PatchGrid patch_grid(const torch::Tensor& images, std::int64_t patch_size);

// Tokens [B, h w, C], row by row, as maps [B, C, h, w], without a copy.
torch::Tensor tokens_to_map(const torch::Tensor& tokens, const PatchGrid& grid);

}  // namespace saker
