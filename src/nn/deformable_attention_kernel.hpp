// Multi-scale deformable attention of one query and head: the loops below deformable_attention.
#pragma once

#include <cstdint>

#include "nn/processor_level.hpp"

namespace saker {

// One feature map inside a row of tokens, and how many points of a head sample it.
struct SampledLevel {
  std::int64_t height = 0, width = 0;
  std::int64_t first_token = 0;
  std::int64_t points = 0;
};

// The values of one image and head. Token t has its channels at data + t * stride.
struct SampledTokens {
  const float* data = nullptr;
  std::int64_t stride = 0;    // floats
  std::int64_t channels = 0;  // >= 1
};

// Points stand in the order of the levels. locations: (x, y) of each, where a level spans [0, 1]^2;
// pixel (i, j) is centred at ((i + 0.5) / width, (j + 0.5) / height). Values are interpolated
// bilinearly, with zeros outside; a location that is not finite counts as far outside.
struct DeformableAttentionKernel {
  // output[c] = sum over points of weight * value at the point. coverage, if not null, receives the
  // same sum for a value that is 1 inside the maps.
  void (*forward)(const SampledTokens& value,
                  const SampledLevel* levels,
                  std::int64_t level_count,
                  const float* locations,
                  const float* weights,
                  float* output,
                  float* coverage);
  // The gradients of sum(output * grad_output). Overwrites those of locations and weights; adds
  // that of the value to grad_value, which has the value's strides, unless it is null.
  void (*backward)(const SampledTokens& value,
                   const SampledLevel* levels,
                   std::int64_t level_count,
                   const float* locations,
                   const float* weights,
                   const float* grad_output,
                   float* grad_value,
                   float* grad_locations,
                   float* grad_weights);
};

// The kernels compiled for a level, which the processor must support.
const DeformableAttentionKernel& deformable_attention_kernel(ProcessorLevel level);

extern const DeformableAttentionKernel kDeformableAttentionPortable;
#if defined(__x86_64__)
extern const DeformableAttentionKernel kDeformableAttentionAvx2;
extern const DeformableAttentionKernel kDeformableAttentionAvx512;
#endif

}  // namespace saker
