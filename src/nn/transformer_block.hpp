// The pre-norm block of vision transformers.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/normalization.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>

#include "core/random_stream.hpp"
#include "nn/feed_forward.hpp"
#include "nn/self_attention.hpp"

namespace saker {

enum class FeedForwardKind { kMlp, kSwiGlu };

struct TransformerBlockOptions {
  std::int64_t width = 0, heads = 1;
  std::int64_t mlp_hidden = 0;  // of an MLP; SwiGLU's follows from it
  FeedForwardKind feed_forward = FeedForwardKind::kMlp;
  double norm_eps = 1e-6;
  bool mask_key_bias = false;
  bool layer_scale = true;
  double drop_path_rate = 0;
};

// gamma x, gamma: [width]. Key: gamma. Source: Touvron et al., "Going deeper with image
// transformers", ICCV 2021.
class LayerScaleImpl : public torch::nn::Module {
 public:
  explicit LayerScaleImpl(std::int64_t width);

  torch::Tensor forward(const torch::Tensor& x) const { return x * gamma; }

  torch::Tensor gamma;
};
TORCH_MODULE(LayerScale);

// x = x + ls1(attn(norm1(x))); x = x + ls2(mlp(norm2(x))). [B, T, width] -> [B, T, width].
//
// Keys: norm1, attn, ls1, norm2, mlp, ls2; no ls1 and ls2 without layer scale.
class TransformerBlockImpl : public torch::nn::Module {
 public:
  explicit TransformerBlockImpl(const TransformerBlockOptions& options);

  // draws: for the drop path of training; null for none.
  torch::Tensor forward(const torch::Tensor& x,
                        const RotaryTable* positions = nullptr,
                        RandomStream* draws = nullptr);

  const TransformerBlockOptions& options() const { return options_; }

  torch::nn::LayerNorm norm1{nullptr}, norm2{nullptr};
  SelfAttention attn{nullptr};
  LayerScale ls1{nullptr}, ls2{nullptr};  // null without layer scale
  Mlp mlp{nullptr};                       // null with SwiGLU
  SwiGlu swiglu{nullptr};                 // under the key mlp; null with an MLP

 private:
  torch::Tensor attention_branch(const torch::Tensor& x, const RotaryTable* positions);
  torch::Tensor feed_forward_branch(const torch::Tensor& x);

  TransformerBlockOptions options_;
};
TORCH_MODULE(TransformerBlock);

}  // namespace saker
