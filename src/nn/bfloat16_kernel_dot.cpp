// AVX-512 BF16: a vector instruction adds the products of 16 pairs.
#include "nn/bfloat16_attention_gradient_loops.hpp"
#include "nn/bfloat16_attention_loops.hpp"
#include "nn/bfloat16_loops.hpp"

namespace saker {
namespace {

struct Dot {
  static constexpr int kLanes = 16;
  static constexpr std::int64_t kRows = 36;
  struct Session {
    Session() {}  // of no tiles
  };

  template <bool Add>
  static void product(const Bfloat16Rows& x,
                      std::int64_t i,
                      std::int64_t rows,
                      const Bfloat16* panel,
                      float* out,
                      std::int64_t out_stride) {
    for (; rows >= kTileRows; i += kTileRows, rows -= kTileRows, out += kTileRows * out_stride)
      tile<kTileRows, Add>(x, i, panel, out, out_stride);
    rest<kTileRows - 1, Add>(x, i, rows, panel, out, out_stride);
  }

 private:
  // Twice as many sums, two vectors of the panel and one of the row fill the 32 registers.
  static constexpr int kTileRows = 12;

  template <int Rows, bool Add>
  static void rest(const Bfloat16Rows& x,
                   std::int64_t i,
                   std::int64_t rows,
                   const Bfloat16* panel,
                   float* out,
                   std::int64_t out_stride) {
    if constexpr (Rows > 0) {
      if (rows == Rows) return tile<Rows, Add>(x, i, panel, out, out_stride);
      rest<Rows - 1, Add>(x, i, rows, panel, out, out_stride);
    }
  }

  template <int Rows, bool Add>
  [[gnu::noinline]] static void tile(const Bfloat16Rows& x,
                                     std::int64_t first,
                                     const Bfloat16* panel,
                                     float* out,
                                     std::int64_t out_stride) {
    __m512 sum[Rows][2];
#pragma GCC unroll 16
    for (int i = 0; i < Rows; ++i) {
      sum[i][0] = Add ? _mm512_loadu_ps(out + i * out_stride) : _mm512_setzero_ps();
      sum[i][1] = Add ? _mm512_loadu_ps(out + i * out_stride + 16) : _mm512_setzero_ps();
    }
    // Two pointers and one stride reach all rows without a register for each.
    constexpr int kHalf = (Rows + 1) / 2;
    for (std::int64_t t = 0; t < x.tap_count; ++t) {
      const Bfloat16* upper = x.data + first * x.stride + x.taps[t];
      const Bfloat16* lower = upper + kHalf * x.stride;
      for (std::int64_t j = 0; j < x.depth; j += 2, upper += 2, lower += 2) {
        const __m512bh right0 = reinterpret_cast<__m512bh>(_mm512_loadu_si512(panel));
        const __m512bh right1 = reinterpret_cast<__m512bh>(_mm512_loadu_si512(panel + 32));
        panel += 64;
#pragma GCC unroll 16
        for (int i = 0; i < Rows; ++i) {
          std::int32_t pair;
          __builtin_memcpy(&pair,
                           i < kHalf ? upper + i * x.stride : lower + (i - kHalf) * x.stride,
                           sizeof pair);
          const __m512bh left = reinterpret_cast<__m512bh>(_mm512_set1_epi32(pair));
          sum[i][0] = _mm512_dpbf16_ps(sum[i][0], left, right0);
          sum[i][1] = _mm512_dpbf16_ps(sum[i][1], left, right1);
        }
      }
    }
#pragma GCC unroll 16
    for (int i = 0; i < Rows; ++i) {
      _mm512_storeu_ps(out + i * out_stride, sum[i][0]);
      _mm512_storeu_ps(out + i * out_stride + 16, sum[i][1]);
    }
  }
};

}  // namespace

const Bfloat16Kernel kBfloat16Dot = make_bfloat16_kernel<Dot>();
const AttentionKernel kAttentionBfloat16Dot = make_bfloat16_attention_kernel<Dot>();
const AttentionGradientKernel kAttentionGradientBfloat16Dot =
    make_bfloat16_attention_gradient_kernel<Dot>();

}  // namespace saker
