// Self-attention on queries, keys and values that lie side by side, on kernels of our own where
// they serve.
#pragma once

#include <torch/types.h>

#include <cstdint>

#include "nn/attention_kernel.hpp"
#include "nn/rotary_embedding.hpp"

namespace saker {

// softmax(q k^T / sqrt(D)) v of every head. qkv: [B, T, 3, heads, D]: queries, keys and values.
// positions: rotates queries and keys; null for none. Returns [B, T, heads D]. Differentiable once
// in qkv; gradients do not depend on the number of threads.
torch::Tensor qkv_attention(const torch::Tensor& qkv, const RotaryTable* positions);

// Whether this processor has the kernels for heads of D entries.
bool attention_kernels_serve(std::int64_t head_dim);

// Sizes of qkv.
struct QkvShape {
  std::int64_t batch = 0, tokens = 0, heads = 0, size = 0;
};

// The forward pass on plain floats, for a head size that the kernels serve, on LibTorch's threads.
// qkv: as above, contiguous; out: [B, T, heads, D]; norms: [B, heads, T], see
// AttentionKernel::attend, or null; keys and values: memory to work in, AttentionKernel's
// packed_keys and packed_values for each head of each image.
void attend_heads(const AttentionKernel& kernel,
                  const float* qkv,
                  const QkvShape& shape,
                  const RotaryTable* positions,
                  float* keys,
                  float* values,
                  float* out,
                  float* norms);

}  // namespace saker
