// Multi-head attention with one packed matrix for queries, keys and values.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>

#include "nn/folded_linear.hpp"
#include "nn/linear.hpp"

namespace saker {

// out_proj(softmax(q k^T / sqrt(width / heads)) v), where queries and keys come from one sequence
// and values from another of the same length: positions are added to the first alone.
//
// Keys, in this order: in_proj_weight [3 width, width] (rows of queries, keys, values),
// in_proj_bias [3 width], out_proj.{weight, bias}.
// Source: Vaswani et al., "Attention Is All You Need", NeurIPS 2017.
class MultiHeadAttentionImpl : public torch::nn::Module {
 public:
  // heads divides width.
  MultiHeadAttentionImpl(std::int64_t width, std::int64_t heads);

  // query_key, value: [B, T, width]. sees: undefined (all), or [T, T] bool, true: the query of the
  // row takes part of the key of the column; each row needs one. Returns [B, T, width].
  torch::Tensor forward(const torch::Tensor& query_key,
                        const torch::Tensor& value,
                        const torch::Tensor& sees = {}) const;

  // For good, into the form for prediction; parameters are given up.
  void fold();

  torch::Tensor in_proj_weight, in_proj_bias;
  Linear out_proj{nullptr};

 private:
  std::int64_t width_, heads_;
  FoldedLinear folded_query_key_, folded_value_, folded_out_;
};
TORCH_MODULE(MultiHeadAttention);

}  // namespace saker
