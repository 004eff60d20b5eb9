#include "nn/self_attention.hpp"

#include <vector>

namespace saker {

MaskedBiasLinearImpl::MaskedBiasLinearImpl(std::int64_t width) : LinearImpl(width, 3 * width) {
  bias_mask = register_buffer("bias_mask", torch::ones({3 * width}));
  bias_mask.narrow(0, width, width).zero_();
}

torch::Tensor MaskedBiasLinearImpl::forward(const torch::Tensor& x) const {
  return torch::linear(x, weight, bias * bias_mask);
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
                                         const RotaryTable* positions) const {
  const std::int64_t heads = options_.heads;
  const torch::Tensor all = (masked_qkv_ ? masked_qkv_->forward(x) : qkv_->forward(x))
                                .unflatten(-1, {3, heads, options_.width / heads});
  std::vector<torch::Tensor> qkv = all.unbind(2);  // [B, T, heads, head_dim]
  if (positions != nullptr) {
    qkv[0] = rotate(qkv[0], *positions);
    qkv[1] = rotate(qkv[1], *positions);
  }
  const torch::Tensor attended = at::scaled_dot_product_attention(
      qkv[0].transpose(1, 2), qkv[1].transpose(1, 2), qkv[2].transpose(1, 2));
  return proj->forward(attended.transpose(1, 2).flatten(2));
}

torch::Tensor SelfAttentionImpl::qkv_weight() const {
  return masked_qkv_ ? masked_qkv_->weight : qkv_->weight;
}

torch::Tensor SelfAttentionImpl::qkv_bias() const {
  return masked_qkv_ ? masked_qkv_->bias * masked_qkv_->bias_mask : qkv_->bias;
}

}  // namespace saker
