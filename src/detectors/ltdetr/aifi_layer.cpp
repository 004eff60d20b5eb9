#include "detectors/ltdetr/aifi_layer.hpp"

namespace saker {

AifiLayerImpl::AifiLayerImpl(const AifiLayerOptions& options) {
  const auto norm = [&] {
    return torch::nn::LayerNorm(torch::nn::LayerNormOptions({options.width}));
  };
  self_attn_ = register_module("self_attn", MultiHeadAttention(options.width, options.heads));
  linear1_ =
      register_module("linear1", LinearUnit(options.width, options.ffn_width, Activation::kGelu));
  linear2_ = register_module("linear2", LinearUnit(options.ffn_width, options.width));
  norm1_ = register_module("norm1", norm());
  norm2_ = register_module("norm2", norm());
}

torch::Tensor AifiLayerImpl::forward(const torch::Tensor& tokens, const torch::Tensor& positions) {
  const torch::Tensor x = norm1_->forward(tokens + self_attn_->forward(tokens + positions, tokens));
  return norm2_->forward(x + linear2_->forward(linear1_->forward(x)));
}

void AifiLayerImpl::fold() {
  self_attn_->fold();
  linear1_->fold();
  linear2_->fold();
}

}  // namespace saker
