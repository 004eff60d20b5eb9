#include "nn/self_attention.hpp"

#include "nn/linear_product.hpp"
#include "nn/qkv_attention.hpp"

namespace saker {

MaskedBiasLinearImpl::MaskedBiasLinearImpl(std::int64_t width) : LinearImpl(width, 3 * width) {
  bias_mask = register_buffer("bias_mask", torch::ones({3 * width}));
  bias_mask.narrow(0, width, width).zero_();
}

torch::Tensor MaskedBiasLinearImpl::forward(const torch::Tensor& x) const {
  return linear_product(x, weight, bias * bias_mask);
}

SelfAttentionImpl::SelfAttentionImpl(const SelfAttentionOptions& options) : options_(options) {
  if (options.mask_key_bias) {
    masked_qkv_ = register_module("qkv", MaskedBiasLinear(options.width));
  } else {
    qkv_ = register_module("qkv", Linear(options.width, 3 * options.width));
  }
  proj = register_module("proj", Linear(options.width, options.width));
}

torch::Tensor SelfAttentionImpl::forward(const torch::Tensor& x,
                                         const RotaryTable* positions,
                                         const torch::Tensor& scale) const {
  const std::int64_t heads = options_.heads;
  const torch::Tensor qkv = (masked_qkv_ ? masked_qkv_->forward(x) : qkv_->forward(x))
                                .unflatten(-1, {3, heads, options_.width / heads});
  return proj->forward_scaled(qkv_attention(qkv, positions), scale);
}

torch::Tensor SelfAttentionImpl::qkv_weight() const {
  return masked_qkv_ ? masked_qkv_->weight : qkv_->weight;
}

torch::Tensor SelfAttentionImpl::qkv_bias() const {
  return masked_qkv_ ? masked_qkv_->bias * masked_qkv_->bias_mask : qkv_->bias;
}

}  // namespace saker
