// Multi-scale deformable attention: a weighted sum of a few points of several feature maps.
#pragma once

#include <torch/types.h>

#include <vector>

#include "nn/deformable_attention_kernel.hpp"

namespace saker {

// Levels of those sizes laid out one after the other, row by row. sizes_hw and points: one entry a
// level; points: how many of a head's points sample it.
std::vector<SampledLevel> sampled_levels(const std::vector<std::array<std::int64_t, 2>>& sizes_hw,
                                         const std::vector<std::int64_t>& points);

// out[b, q, m] = sum over p of weights[b, q, m, p] * value[b, m] at locations[b, q, m, p].
//
// B images, S tokens of all levels together, M heads of C channels, Q queries, P points of all
// levels together, in their order.
// value: [B, S, M, C]; locations: [B, Q, M, P, 2] as (x, y), where a level spans [0, 1]^2 and pixel
// (i, j) is centred at ((i + 0.5) / w, (j + 0.5) / h); weights: [B, Q, M, P]. Interpolation is
// bilinear, with zeros outside (grid_sample with align_corners false). Returns [B, Q, M * C].
// Differentiable in value, locations and weights. Own kernels serve the CPU, in float32; other
// devices and float64 go through grid_sample. Throws Error (internal) for shapes that do not fit.
// Source: Zhu et al., "Deformable DETR", ICLR 2021, eq. 3.
torch::Tensor deformable_attention(const torch::Tensor& value,
                                   const std::vector<SampledLevel>& levels,
                                   const torch::Tensor& locations,
                                   const torch::Tensor& weights);

// The same from LibTorch's operations, for any device and type.
torch::Tensor deformable_attention_by_grid_sample(const torch::Tensor& value,
                                                  const std::vector<SampledLevel>& levels,
                                                  const torch::Tensor& locations,
                                                  const torch::Tensor& weights);

// Sums of whole tokens, the same for all heads: what a projection of the value has left to do,
// since both are linear. CPU and float32 alone; not differentiable.
struct TokenSums {
  torch::Tensor tokens;    // [B, Q, M, D]: as deformable_attention with value[b, m] = memory[b]
  torch::Tensor coverage;  // [B, Q, M]: the same for a memory of ones, the factor of a bias
};
// memory: [B, S, D].
TokenSums deformable_token_sums(const torch::Tensor& memory,
                                const std::vector<SampledLevel>& levels,
                                const torch::Tensor& locations,
                                const torch::Tensor& weights);

}  // namespace saker
