// Attention within the coarsest feature map.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/normalization.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>

#include "nn/linear_unit.hpp"
#include "nn/multi_head_attention.hpp"

namespace saker {

struct AifiLayerOptions {
  std::int64_t width = 0;
  std::int64_t heads = 8;
  std::int64_t ffn_width = 0;
};

// A transformer layer with the norms behind the sums and a GELU network:
//   x = LN1(x + attention(x + positions, x)), x = LN2(x + linear2(GELU(linear1(x)))).
// Keys, in this order: self_attn.*, linear1.*, linear2.*, norm1.*, norm2.*.
// Source: Zhao et al., RT-DETR, section 4.2 (attention-based intra-scale feature interaction).
class AifiLayerImpl : public torch::nn::Module {
 public:
  explicit AifiLayerImpl(const AifiLayerOptions& options);

  // tokens: [B, T, width]; positions: [1, T, width]. Returns [B, T, width].
  torch::Tensor forward(const torch::Tensor& tokens, const torch::Tensor& positions);
  // For good, into the form for prediction.
  void fold();

 private:
  MultiHeadAttention self_attn_{nullptr};
  LinearUnit linear1_{nullptr}, linear2_{nullptr};
  torch::nn::LayerNorm norm1_{nullptr}, norm2_{nullptr};
};
TORCH_MODULE(AifiLayer);

}  // namespace saker
