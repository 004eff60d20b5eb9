// The blocks of a vision transformer for prediction on the CPU, on kernels of our own.
#pragma once

#include <torch/nn/modules/normalization.h>
#include <torch/types.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "backbones/patch_embedding.hpp"
#include "backbones/vit_blocks.hpp"
#include "nn/folded_norm.hpp"
#include "nn/folded_transformer_block.hpp"

namespace saker {

class FoldedVit {
 public:
  // Whether this processor and these blocks, on the CPU, are served.
  static bool serves(VitBlocks& blocks);

  // norm: of the taps; null for none. leading: tokens before the patches. Takes the matrices of the
  // blocks, which are of no use afterwards.
  FoldedVit(VitBlocks& blocks, const torch::nn::LayerNorm& norm, std::int64_t leading);

  // tokens: [B, leading + patches, width] contiguous float32 on the CPU, used as memory to work in.
  // Returns a channels-last map [B, width, h, w] of the patches a tap.
  std::vector<torch::Tensor> feature_maps(torch::Tensor tokens,
                                          const PatchGrid& grid,
                                          const std::vector<std::int64_t>& taps,
                                          const RotaryTable* positions) const;

 private:
  torch::Tensor map_of(const torch::Tensor& tokens, const PatchGrid& grid) const;

  std::vector<FoldedTransformerBlock> blocks_;
  std::optional<FoldedNorm> norm_;
  std::int64_t leading_;
};

}  // namespace saker
