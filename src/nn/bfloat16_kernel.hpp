// Products of bfloat16 matrices with sums in float32, on plain memory: what prediction in bfloat16
// computes linear layers and convolutions with.
#pragma once

#include <cstdint>

#include "nn/activation_kind.hpp"
#include "nn/processor_level.hpp"

namespace saker {

// The upper half of a float.
using Bfloat16 = std::uint16_t;

inline constexpr std::int64_t kBfloat16Width = 32;  // columns of a panel of weights
inline constexpr std::int64_t kBfloat16Depth = 32;  // rows are filled with zeros to multiples of it
inline constexpr std::int64_t kBfloat16Rows = 16;   // that many rows are read at a time

constexpr std::int64_t bfloat16_depth(std::int64_t k) {
  return (k + kBfloat16Depth - 1) / kBfloat16Depth * kBfloat16Depth;
}

// The left factor. Row i is the values at data + i * stride + tap, `depth` of them for each tap:
// one tap of 0 for a linear layer, one for each place of a convolution's kernel. Rows up to the
// next multiple of kBfloat16Rows are read, though not used.
struct Bfloat16Rows {
  const Bfloat16* data = nullptr;
  std::int64_t rows = 0, stride = 0;
  const std::int64_t* taps = nullptr;
  std::int64_t tap_count = 0;
  std::int64_t depth = 0;  // a multiple of kBfloat16Depth
};

// The right factor, [n, taps * depth], in panels [ceil(n / kBfloat16Width)][taps * depth / 2]
// [kBfloat16Width][2], with zeros beyond n; bias: ceil(n / kBfloat16Width) * kBfloat16Width floats.
struct Bfloat16Weights {
  const Bfloat16* data = nullptr;
  const float* bias = nullptr;
  std::int64_t n = 0;
};

struct Bfloat16Kernel {
  // The nearest bfloat16 numbers, ties to even, and zeros up to bfloat16_depth(count).
  void (*round)(const float* from, std::int64_t count, Bfloat16* to);

  // One panel [depth / 2][kBfloat16Width][2] of rows of k floats, `stride` apart; depth =
  // bfloat16_depth(k). Missing rows, of up to kBfloat16Width, are zeros.
  void (*pack)(
      const float* from, std::int64_t rows, std::int64_t stride, std::int64_t k, Bfloat16* panel);

  // The same of a matrix whose columns are those rows: [k, columns], its rows `stride` apart.
  void (*pack_columns)(const float* from,
                       std::int64_t columns,
                       std::int64_t stride,
                       std::int64_t k,
                       Bfloat16* panel);

  // Columns as left factors: to[c * to_stride + j] = from[j * stride + c] for j < k, then zeros up
  // to bfloat16_depth(k).
  void (*round_columns)(const float* from,
                        std::int64_t columns,
                        std::int64_t stride,
                        std::int64_t k,
                        Bfloat16* to,
                        std::int64_t to_stride);

  // out[i, c] = activation(sum_j x[i, j] weight[c, j] + bias[c]), plus what out held before if
  // `add` (then without activation).
  void (*multiply)(const Bfloat16Rows& x,
                   const Bfloat16Weights& weights,
                   Activation activation,
                   bool add,
                   float* out,
                   std::int64_t out_stride);
};

// Null for kNone.
const Bfloat16Kernel* bfloat16_kernel(Bfloat16Level level);

#if defined(__x86_64__)
extern const Bfloat16Kernel kBfloat16Dot;
extern const Bfloat16Kernel kBfloat16Tile;
#endif

}  // namespace saker
