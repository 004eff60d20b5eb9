// Softmax attention of one head on plain floats: the loops below the folded transformer blocks.
//
// Scores are never stored as a whole: a block of queries meets the keys a block at a time and keeps
// the running maximum and sum of its softmax.
// Sources: Dao et al., "FlashAttention", NeurIPS 2022; Milakov and Gimelshein, "Online normalizer
// calculation for softmax", 2018.
#pragma once

#include <cstdint>

#include "nn/processor_level.hpp"

namespace saker {

// Tokens of one head, `stride` floats apart, `size` contiguous floats each, at most 256.
struct HeadView {
  const float* data = nullptr;
  std::int64_t tokens = 0, size = 0, stride = 0;
};

// Rows of cos and sin, one a token (rotary_embedding.hpp); null for none.
struct RotaryRows {
  const float* cos = nullptr;
  const float* sin = nullptr;
};

struct AttentionKernel {
  // Floats' worth of memory of packed keys and of packed values, and of the scratch of attend().
  std::int64_t (*packed_keys)(std::int64_t tokens, std::int64_t size);
  std::int64_t (*packed_values)(std::int64_t tokens, std::int64_t size);
  std::int64_t (*scratch)(std::int64_t size);

  // Both overwrite all of `packed`. Keys are rotated first.
  void (*pack_keys)(const HeadView& keys, const RotaryRows& positions, float* packed);
  void (*pack_values)(const HeadView& values, float* packed);

  // out[i, :] = softmax_t(scale * rotate(query_i) . key_t) . value_t for the queries, at most
  // kAttentionQueries of them; out rows are out_stride floats apart. tokens: of keys and values,
  // at least one. norms: gets log2(sum_t e^score) of every query, unless null.
  void (*attend)(const HeadView& queries,
                 const RotaryRows& positions,
                 float scale,
                 const float* packed_keys,
                 const float* packed_values,
                 std::int64_t tokens,
                 float* out,
                 std::int64_t out_stride,
                 float* norms,
                 float* scratch);
};

inline constexpr float kLog2OfE = 1.44269504F;

inline constexpr std::int64_t kAttentionQueries = 48;

// Null where there is none for the level, as for kPortable.
const AttentionKernel* attention_kernel(ProcessorLevel level);
// With bfloat16 factors; sums and softmax are float32. Null for kNone.
const AttentionKernel* attention_kernel(Bfloat16Level level);

#if defined(__x86_64__)
extern const AttentionKernel kAttentionAvx2;
extern const AttentionKernel kAttentionAvx512;
extern const AttentionKernel kAttentionBfloat16Dot;
extern const AttentionKernel kAttentionBfloat16Tile;
#endif

}  // namespace saker
