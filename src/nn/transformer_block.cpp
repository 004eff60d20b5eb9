#include "nn/transformer_block.hpp"

#include "nn/drop_path.hpp"

namespace saker {
namespace {

torch::nn::LayerNorm layer_norm(std::int64_t width, double eps) {
  return torch::nn::LayerNorm(torch::nn::LayerNormOptions({width}).eps(eps));
}

}  // namespace

LayerScaleImpl::LayerScaleImpl(std::int64_t width) {
  gamma = register_parameter("gamma", torch::empty({width}));
}

TransformerBlockImpl::TransformerBlockImpl(const TransformerBlockOptions& options)
    : options_(options) {
  const std::int64_t width = options.width;
  norm1 = register_module("norm1", layer_norm(width, options.norm_eps));
  attn = register_module(
      "attn",
      SelfAttention(SelfAttentionOptions{
          .width = width, .heads = options.heads, .mask_key_bias = options.mask_key_bias}));
  if (options.layer_scale) ls1 = register_module("ls1", LayerScale(width));
  norm2 = register_module("norm2", layer_norm(width, options.norm_eps));
  if (options.feed_forward == FeedForwardKind::kMlp) {
    mlp = register_module("mlp", Mlp(width, options.mlp_hidden));
  } else {
    swiglu = register_module("mlp", SwiGlu(width, SwiGluImpl::hidden_of_mlp(options.mlp_hidden)));
  }
  if (options.layer_scale) ls2 = register_module("ls2", LayerScale(width));
}

torch::Tensor TransformerBlockImpl::attention_branch(const torch::Tensor& x,
                                                     const RotaryTable* positions) {
  return attn->forward(norm1->forward(x), positions, ls1 ? ls1->gamma : torch::Tensor());
}

torch::Tensor TransformerBlockImpl::feed_forward_branch(const torch::Tensor& x) {
  const torch::Tensor normed = norm2->forward(x);
  const torch::Tensor scale = ls2 ? ls2->gamma : torch::Tensor();
  return mlp ? mlp->forward(normed, scale) : swiglu->forward(normed, scale);
}

torch::Tensor TransformerBlockImpl::forward(const torch::Tensor& x,
                                            const RotaryTable* positions,
                                            RandomStream* draws) {
  if (draws == nullptr || !is_training() || options_.drop_path_rate <= 0) {
    const torch::Tensor y = x + attention_branch(x, positions);
    return y + feed_forward_branch(y);
  }
  const double rate = options_.drop_path_rate;
  const torch::Tensor y = add_branch_with_drop(x, rate, *draws, [&](const torch::Tensor& rows) {
    return attention_branch(rows, positions);
  });
  return add_branch_with_drop(
      y, rate, *draws, [&](const torch::Tensor& rows) { return feed_forward_branch(rows); });
}

}  // namespace saker
