#include "detectors/ltdetr/decoder_layer.hpp"

namespace saker {
namespace {

constexpr double kLargestHalf = 65504;

}  // namespace

DecoderLayerImpl::DecoderLayerImpl(const DecoderConfig& config) {
  const bool gated = config.kind == DecoderKind::kDfine;
  const std::int64_t width = config.width;
  const auto norm = [&](const char* name) {
    return register_module(name, torch::nn::LayerNorm(torch::nn::LayerNormOptions({width})));
  };
  self_attn_ = register_module("self_attn", MultiHeadAttention(width, config.heads));
  norm1_ = norm("norm1");
  cross_attn_ = register_module(
      "cross_attn",
      DeformableCrossAttention(DeformableCrossAttentionOptions{
          .width = width, .heads = config.heads, .points = config.points, .projected = !gated}));
  if (gated) {
    gateway_ = register_module("gateway", Gate(width));
  } else {
    norm2_ = norm("norm2");
  }
  linear1_ = register_module("linear1", LinearUnit(width, config.ffn_width, Activation::kRelu));
  linear2_ = register_module("linear2", LinearUnit(config.ffn_width, width));
  norm3_ = norm("norm3");
}

torch::Tensor DecoderLayerImpl::forward(const torch::Tensor& x,
                                        const torch::Tensor& positions,
                                        const torch::Tensor& boxes,
                                        const DecoderContext& context,
                                        const torch::Tensor& value) {
  const torch::Tensor attended =
      norm1_->forward(x + self_attn_->forward(x + positions, x, context.sees));
  const torch::Tensor read =
      cross_attn_->forward(attended + positions, boxes, context.memory, value);
  const torch::Tensor joined =
      gateway_ ? gateway_->forward(attended, read) : norm2_->forward(attended + read);
  const torch::Tensor sum = joined + linear2_->forward(linear1_->forward(joined));
  return norm3_->forward(gateway_ ? sum.clamp(-kLargestHalf, kLargestHalf) : sum);
}

void DecoderLayerImpl::fold() {
  self_attn_->fold();
  cross_attn_->fold();
  if (gateway_) gateway_->fold();
  linear1_->fold();
  linear2_->fold();
}

}  // namespace saker
