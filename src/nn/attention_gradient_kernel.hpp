// Gradients of softmax attention of one head on plain floats, for AttentionKernel's forward pass.
//
// A block of keys meets the queries a block at a time; their weights are computed again from the
// norms of the forward pass, and never stored as a whole.
// Source: Dao et al., "FlashAttention", NeurIPS 2022, appendix B.
#pragma once

#include <cstdint>

#include "nn/attention_kernel.hpp"
#include "nn/processor_level.hpp"

namespace saker {

// What the forward pass was given and gave, and the gradient of its output.
struct AttentionPass {
  HeadView queries, keys, values;  // as many tokens of the same size; before they are rotated
  HeadView out, out_gradient;
  const float* norms = nullptr;  // one a query, see AttentionKernel::attend
};

// Where the gradients of queries, keys and values go; rows are `stride` floats apart.
struct AttentionGradients {
  float* queries = nullptr;
  float* keys = nullptr;
  float* values = nullptr;
  std::int64_t stride = 0;
};

struct AttentionGradientKernel {
  // Floats of the scratch of backward().
  std::int64_t (*scratch)(std::int64_t tokens, std::int64_t size);

  // Overwrites the gradients. scale and positions: those of the forward pass.
  void (*backward)(const AttentionPass& pass,
                   const RotaryRows& positions,
                   float scale,
                   const AttentionGradients& gradients,
                   float* scratch);
};

// Null where there is none for the level, as for kPortable.
const AttentionGradientKernel* attention_gradient_kernel(ProcessorLevel level);
// With bfloat16 factors; sums are float32. Null for kNone.
const AttentionGradientKernel* attention_gradient_kernel(Bfloat16Level level);

#if defined(__x86_64__)
extern const AttentionGradientKernel kAttentionGradientAvx2;
extern const AttentionGradientKernel kAttentionGradientAvx512;
extern const AttentionGradientKernel kAttentionGradientBfloat16Dot;
extern const AttentionGradientKernel kAttentionGradientBfloat16Tile;
#endif

}  // namespace saker
