// The innermost loop of matrix products whose right factor is packed. For kernel files only.
#pragma once

#include <cstdint>

#include "nn/simd_vector.hpp"

namespace saker {

// Level: kLanes; kTileRows and kTileVectors, whose product, and a few, is the number of registers.
template <class Level>
struct ProductTile {
  static constexpr int N = Level::kLanes, M = Level::kTileRows, V = Level::kTileVectors;
  static constexpr std::int64_t kWidth = V * N;  // columns of a panel

  template <int Rows>
  using Sums = Simd<N>[Rows][V];

  // sum[i][x] += sum_j left[i * stride + j] * panel[j * kWidth + x], j < k.
  template <int Rows>
  [[gnu::always_inline]] static void multiply(
      const float* left, std::int64_t stride, const float* panel, std::int64_t k, Sums<Rows>& sum) {
    // Two pointers and one stride reach all rows without a register for each.
    constexpr int kHalf = (Rows + 1) / 2;
    const float* upper = left;
    const float* lower = left + kHalf * stride;
    const float* const end = panel + k * kWidth;
    for (; panel != end; panel += kWidth, ++upper, ++lower) {
      Simd<N> right[V];
#pragma GCC unroll 4
      for (int v = 0; v < V; ++v) right[v] = load<Level, N>(panel + v * N);
#pragma GCC unroll 16
      for (int i = 0; i < Rows; ++i) {
        const float factor = i < kHalf ? upper[i * stride] : lower[(i - kHalf) * stride];
#pragma GCC unroll 4
        for (int v = 0; v < V; ++v) sum[i][v] += right[v] * factor;
      }
    }
  }

  // out = left * panel, or with Add added to it. out: Rows rows of kWidth.
  template <int Rows, bool Add>
  [[gnu::noinline]] static void product(const float* left,
                                        std::int64_t stride,
                                        const float* panel,
                                        std::int64_t k,
                                        float* out,
                                        std::int64_t out_stride) {
    Sums<Rows> sum;
#pragma GCC unroll 16
    for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 4
      for (int v = 0; v < V; ++v)
        sum[i][v] = Add ? load<Level, N>(out + i * out_stride + v * N) : Simd<N>{};
    }
    multiply<Rows>(left, stride, panel, k, sum);
#pragma GCC unroll 16
    for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 4
      for (int v = 0; v < V; ++v) store<Level, N>(out + i * out_stride + v * N, sum[i][v]);
    }
  }

  // Calls body.template operator()<Rows>(i) so that the runs of Rows rows from i on cover
  // [begin, end).
  template <class Body>
  [[gnu::always_inline]] static void for_rows(std::int64_t begin,
                                              std::int64_t end,
                                              const Body& body) {
    std::int64_t i = begin;
    for (; i + M <= end; i += M) body.template operator()<M>(i);
    rest<M - 1>(i, end - i, body);
  }

 private:
  template <int Rows, class Body>
  [[gnu::always_inline]] static void rest(std::int64_t i, std::int64_t count, const Body& body) {
    if constexpr (Rows > 0) {
      if (count == Rows) {
        body.template operator()<Rows>(i);
      } else {
        rest<Rows - 1>(i, count, body);
      }
    }
  }
};

}  // namespace saker
