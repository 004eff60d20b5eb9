// One layer of a decoder.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/normalization.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>

#include "detectors/ltdetr/deformable_cross_attention.hpp"
#include "detectors/ltdetr/gate.hpp"
#include "detectors/ltdetr/ltdetr_config.hpp"
#include "detectors/ltdetr/token_memory.hpp"
#include "nn/linear_unit.hpp"
#include "nn/multi_head_attention.hpp"

namespace saker {

// What all layers read besides the queries.
struct DecoderContext {
  const TokenMemory& memory;
  torch::Tensor sees;  // [T, T] bool, which query takes part of which, or undefined for all
};

// RT-DETRv2: x = LN1(x + attention(x + positions, x)), x = LN2(x + cross(x + positions)),
//   x = LN3(x + linear2(ReLU(linear1(x)))).
// D-FINE: x = gateway(x, cross(x + positions)) instead of the second sum, and the last sum is
//   clamped to the range of 16-bit floats.
// Keys, in this order: self_attn.*, norm1.*, cross_attn.*, norm2.* or gateway.*, linear1.*,
// linear2.*, norm3.*.
class DecoderLayerImpl : public torch::nn::Module {
 public:
  explicit DecoderLayerImpl(const DecoderConfig& config);

  // x, positions: [B, T, D]; boxes: [B, T, 4] cxcywh, fractions of the image; value: see
  // DeformableCrossAttentionImpl::forward. Returns [B, T, D].
  torch::Tensor forward(const torch::Tensor& x,
                        const torch::Tensor& positions,
                        const torch::Tensor& boxes,
                        const DecoderContext& context,
                        const torch::Tensor& value = {});
  const DeformableCrossAttentionImpl& cross_attention() const { return *cross_attn_; }
  // For good, into the form for prediction.
  void fold();

 private:
  MultiHeadAttention self_attn_{nullptr};
  DeformableCrossAttention cross_attn_{nullptr};
  Gate gateway_{nullptr};  // D-FINE
  LinearUnit linear1_{nullptr}, linear2_{nullptr};
  torch::nn::LayerNorm norm1_{nullptr}, norm2_{nullptr}, norm3_{nullptr};
};
TORCH_MODULE(DecoderLayer);

}  // namespace saker
