// Multi-head self-attention of vision transformers.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>

#include "nn/linear.hpp"
#include "nn/rotary_embedding.hpp"

namespace saker {

// A linear layer of queries, keys and values whose bias is multiplied by a stored mask; the mask of
// DINOv3 takes the bias from the keys, where it changes no attention.
//
// Keys: weight [3 width, width], bias [3 width], buffer bias_mask [3 width] (1, but 0 in the middle
// third).
class MaskedBiasLinearImpl : public LinearImpl {
 public:
  explicit MaskedBiasLinearImpl(std::int64_t width);

  torch::Tensor forward(const torch::Tensor& x) const;

  torch::Tensor bias_mask;
};
TORCH_MODULE(MaskedBiasLinear);

struct SelfAttentionOptions {
  std::int64_t width = 0;
  std::int64_t heads = 1;  // divides width
  bool mask_key_bias = false;
};

// softmax(q k^T / sqrt(width / heads)) v for each head, then a projection.
//
// Keys: qkv.{weight, bias[, bias_mask]}, proj.{weight, bias}. The rows of qkv are the queries of
// all heads, then the keys, then the values. [B, T, width] -> [B, T, width].
class SelfAttentionImpl : public torch::nn::Module {
 public:
  explicit SelfAttentionImpl(const SelfAttentionOptions& options);

  // positions: rotates queries and keys; null for none. scale: [width], multiplied into what it
  // gives; undefined for none.
  torch::Tensor forward(const torch::Tensor& x,
                        const RotaryTable* positions = nullptr,
                        const torch::Tensor& scale = {}) const;

  const SelfAttentionOptions& options() const { return options_; }
  // The weights [3 width, width] and the bias [3 width] that take part.
  torch::Tensor qkv_weight() const;
  torch::Tensor qkv_bias() const;

  Linear proj{nullptr};

 private:
  SelfAttentionOptions options_;
  Linear qkv_{nullptr};
  MaskedBiasLinear masked_qkv_{nullptr};  // one of the two
};
TORCH_MODULE(SelfAttention);

}  // namespace saker
