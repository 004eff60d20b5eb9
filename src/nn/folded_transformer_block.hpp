// A transformer block for prediction on the CPU, on kernels of our own.
//
// What can be multiplied into weights beforehand is: masks of biases and layer scales. Norms,
// linear layers, GELU and residuals of a few rows at a time follow one another while they are in
// the caches; scores of the attention are never stored as a whole. Products are computed in the
// FoldingPrecision that it is made under.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "nn/attention_kernel.hpp"
#include "nn/folded_norm.hpp"
#include "nn/packed_linear.hpp"
#include "nn/rotary_embedding.hpp"
#include "nn/transformer_block.hpp"

namespace saker {

// Buffers that the blocks of one forward pass share.
class TransformerWorkspace {
 private:
  friend class FoldedTransformerBlock;
  torch::Tensor qkv_;       // [B, T, 3, heads, head_dim]
  torch::Tensor attended_;  // [B, T, width]
  torch::Tensor keys_, values_;
};

class FoldedTransformerBlock {
 public:
  // Whether this processor and block are served: MLPs on a processor with kernels.
  static bool serves(const TransformerBlockOptions& options);

  // Takes the matrices of the block, which must be served, on the CPU; the block is of no use
  // afterwards. Differs from it by rounding.
  explicit FoldedTransformerBlock(TransformerBlockImpl& block);

  // For passes of x of [batch, tokens, width] through blocks like this one.
  TransformerWorkspace workspace(std::int64_t batch, std::int64_t tokens) const;

  // Replaces x, [B, T, width] contiguous float32 on the CPU, by the block's output.
  void run(torch::Tensor& x, const RotaryTable* positions, TransformerWorkspace& workspace) const;

 private:
  std::int64_t width_, heads_;
  const AttentionKernel* attention_;
  FoldedNorm norm1_, norm2_;
  PackedLinear qkv_, proj_, fc1_, fc2_;
};

}  // namespace saker
