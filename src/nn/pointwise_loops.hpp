// The loops of PointwiseKernel, written once for every processor level. For the
// pointwise_kernel_*.cpp files only.
#pragma once

#include <cstdint>
#include <utility>

#include "nn/pointwise_kernel.hpp"
#include "nn/simd_vector.hpp"

namespace saker {

// out = left * right. A block of right is copied into panels as wide as a register tile; each tile
// of kTileRows x kTileVectors vectors runs through one panel.
//
// Level: kLanes; kTileRows and kTileVectors, whose product, and a few, is the number of registers.
template <class Level>
class PointwiseProduct {
 public:
  static constexpr std::int64_t kBlockColumns = 4 * Level::kTileVectors * Level::kLanes;

  static std::int64_t scratch_floats(std::int64_t k) { return k * kBlockColumns; }

  static void multiply(const float* packed_left,
                       std::int64_t m,
                       const MatrixView& right,
                       const float* bias,
                       bool relu,
                       float* out,
                       std::int64_t out_stride,
                       float* scratch) {
    const std::int64_t k = right.rows, columns = right.columns;
    for (std::int64_t j = 0; j < k; ++j)
      copy_row(right.data + j * right.stride, columns, k, scratch + j * kWidth);
    for (std::int64_t x = 0; x < columns; x += kWidth) {
      const float* const panel = scratch + x * k;
      const std::int64_t width = columns - x < kWidth ? columns - x : kWidth;
      for (std::int64_t i = 0; i < m; i += M) {
        const Target target{out + i * out_stride + x, out_stride, m - i < M ? m - i : M, width};
        const float* const tile_bias = bias == nullptr ? nullptr : bias + i;
        with_vectors<V>((width + N - 1) / N, [&]<int Vectors>() {
          tile<Vectors>(packed_left + i * k, panel, k, tile_bias, relu, target);
        });
      }
    }
  }

 private:
  static constexpr int N = Level::kLanes, M = Level::kTileRows, V = Level::kTileVectors;
  static constexpr std::int64_t kWidth = V * N;

  struct Target {
    float* data;
    std::int64_t stride, rows, columns;
  };

  // A row of right into its place in every panel, with zeros up to a whole vector.
  static void copy_row(const float* from, std::int64_t columns, std::int64_t k, float* to) {
    for (std::int64_t x = 0; x < columns; x += kWidth) {
      float* const target = to + x * k;
      const std::int64_t width = columns - x < kWidth ? columns - x : kWidth;
      std::int64_t lane = 0;
      for (; lane + N <= width; lane += N)
        store<Level, N>(target + lane, load<Level, N>(from + x + lane));
      if (lane == width) continue;
      store<Level, N>(target + lane, Simd<N>{});
      for (; lane < width; ++lane) target[lane] = from[x + lane];
    }
  }

  template <int Vectors, class Body>
  [[gnu::always_inline]] static void with_vectors(std::int64_t vectors, const Body& body) {
    if (vectors == Vectors) {
      body.template operator()<Vectors>();
    } else if constexpr (Vectors > 1) {
      with_vectors<Vectors - 1>(vectors, body);
    }
  }

  template <int Vectors>
  static void tile(const float* left,
                   const float* panel,
                   std::int64_t k,
                   const float* bias,
                   bool with_relu,
                   const Target& target) {
    Simd<N> sum[M][Vectors];
#pragma GCC unroll 8
    for (int i = 0; i < M; ++i) {
      const float start = bias != nullptr && i < target.rows ? bias[i] : 0.0F;
#pragma GCC unroll 4
      for (int v = 0; v < Vectors; ++v) sum[i][v] = broadcast<Level, N>(start);
    }
    for (std::int64_t j = 0; j < k; ++j) {
      Simd<N> right[Vectors];
#pragma GCC unroll 4
      for (int v = 0; v < Vectors; ++v) right[v] = load<Level, N>(panel + j * kWidth + v * N);
#pragma GCC unroll 8
      for (int i = 0; i < M; ++i) {
        const Simd<N> factor = broadcast<Level, N>(left[j * M + i]);
#pragma GCC unroll 4
        for (int v = 0; v < Vectors; ++v) sum[i][v] += factor * right[v];
      }
    }
    if (with_relu) {
#pragma GCC unroll 8
      for (int i = 0; i < M; ++i) {
#pragma GCC unroll 4
        for (int v = 0; v < Vectors; ++v) sum[i][v] = relu<Level, N>(sum[i][v]);
      }
    }
    const std::int64_t whole = target.columns / N * N;
#pragma GCC unroll 8
    for (int i = 0; i < M; ++i) {
      if (i >= target.rows) return;
      float* const row = target.data + i * target.stride;
#pragma GCC unroll 4
      for (int v = 0; v < Vectors; ++v) {
        if (v * N < whole) {
          store<Level, N>(row + v * N, sum[i][v]);
        } else {
          float lanes[N];
          store<Level, N>(lanes, sum[i][v]);
          for (std::int64_t lane = 0; whole + lane < target.columns; ++lane)
            row[whole + lane] = lanes[lane];
        }
      }
    }
  }
};

// out = left * right^T. Both factors are copied, a run of columns at a time, into zero-bordered
// rows; tiles of kRows x kColumns sums, one vector each, run along them and are added up across
// their lanes at the end.
template <class Level>
class PointwiseTransposedProduct {
 public:
  static std::int64_t scratch_floats(std::int64_t m, std::int64_t k) {
    return (rounded_up(m, kRows) + rounded_up(k, kColumns)) * kStride +
           rounded_up(m, kRows) * rounded_up(k, kColumns);
  }

  static void multiply(const MatrixView& left,
                       std::int64_t left_image,
                       const MatrixView& right,
                       std::int64_t right_image,
                       std::int64_t images,
                       float* out,
                       float* scratch) {
    const std::int64_t m = left.rows, k = right.rows, rows = rounded_up(m, kRows),
                       columns = rounded_up(k, kColumns);
    float* const sums = scratch;  // [rows / kRows][columns / kColumns][N]
    float* const lefts = sums + rows * columns;
    float* const rights = lefts + rows * kStride;
    for (std::int64_t i = 0; i < rows * columns; ++i) sums[i] = 0;
    for (std::int64_t i = m * kStride; i < rows * kStride; ++i) lefts[i] = 0;
    for (std::int64_t i = k * kStride; i < columns * kStride; ++i) rights[i] = 0;

    // Columns of all images one after another, in runs that may cross from one image to the next.
    const std::int64_t total = images * left.columns;
    for (std::int64_t begin = 0; begin < total; begin += kRun) {
      const std::int64_t end = total - begin < kRun ? total : begin + kRun;
      gather(left, left_image, begin, end, lefts);
      gather(right, right_image, begin, end, rights);
      const std::int64_t length = rounded_up(end - begin, N);
      float* sum = sums;
      for (std::int64_t i = 0; i < rows; i += kRows) {
        for (std::int64_t j = 0; j < columns; j += kColumns, sum += N) {
          const Simd<N> added = tile(lefts + i * kStride, rights + j * kStride, length);
          store<Level, N>(sum, load<Level, N>(sum) + added);
        }
      }
    }
    for (std::int64_t i = 0; i < m; ++i) {
      for (std::int64_t j = 0; j < k; ++j) {
        const std::int64_t tile_index = i / kRows * (columns / kColumns) + j / kColumns;
        out[i * k + j] = sums[tile_index * N + i % kRows * kColumns + j % kColumns];
      }
    }
  }

 private:
  static constexpr int N = Level::kLanes;
  static constexpr int kRows = 4, kColumns = N / kRows;
  static constexpr std::int64_t kRun = 512;
  // Rows of scratch are a little further apart: at a power of two they would all meet in the same
  // few cache lines.
  static constexpr std::int64_t kStride = kRun + 16;

  static std::int64_t rounded_up(std::int64_t value, std::int64_t step) {
    return (value + step - 1) / step * step;
  }

  // Columns [begin, end) of the images' row-wise concatenation, then zeros up to a whole vector.
  static void gather(const MatrixView& matrix,
                     std::int64_t image,
                     std::int64_t begin,
                     std::int64_t end,
                     float* to) {
    for (std::int64_t at = begin; at < end;) {
      const std::int64_t n = at / matrix.columns, x = at % matrix.columns;
      const std::int64_t count = end - at < matrix.columns - x ? end - at : matrix.columns - x;
      const float* const from = matrix.data + n * image + x;
      for (std::int64_t r = 0; r < matrix.rows; ++r) {
        const float* const source = from + r * matrix.stride;
        float* const target = to + r * kStride + (at - begin);
        sweep<Level>(count, [&]<int L>(std::int64_t i) {
          store<Level, L>(target + i, load<Level, L>(source + i));
        });
      }
      at += count;
    }
    for (std::int64_t r = 0; r < matrix.rows; ++r) {
      for (std::int64_t i = end - begin; i % N != 0; ++i) to[r * kStride + i] = 0;
    }
  }

  static Simd<N> tile(const float* left, const float* right, std::int64_t length) {
    Simd<N> sum[N] = {};
    for (std::int64_t x = 0; x < length; x += N) {
      Simd<N> from_right[kColumns];
#pragma GCC unroll 4
      for (int j = 0; j < kColumns; ++j) from_right[j] = load<Level, N>(right + j * kStride + x);
#pragma GCC unroll 4
      for (int i = 0; i < kRows; ++i) {
        const Simd<N> from_left = load<Level, N>(left + i * kStride + x);
#pragma GCC unroll 4
        for (int j = 0; j < kColumns; ++j) sum[i * kColumns + j] += from_left * from_right[j];
      }
    }
    return add_lanes<N>(sum);
  }

  // Sums of neighbouring lanes, those of `first` before those of `second`.
  template <int... Lane>
  [[gnu::always_inline]] static Simd<N> add_pairs(Simd<N> first,
                                                  Simd<N> second,
                                                  std::integer_sequence<int, Lane...>) {
    return __builtin_shufflevector(first, second, (2 * Lane)...) +
           __builtin_shufflevector(first, second, (2 * Lane + 1)...);
  }

  // Lane i of the result is the sum of the lanes of sum[i]: each round adds neighbouring lanes of
  // two vectors into one.
  template <int Count>
  [[gnu::always_inline]] static Simd<N> add_lanes(Simd<N>* sum) {
    if constexpr (Count == 1) {
      return sum[0];
    } else {
#pragma GCC unroll 8
      for (int i = 0; i < Count / 2; ++i)
        sum[i] = add_pairs(sum[2 * i], sum[2 * i + 1], std::make_integer_sequence<int, N>());
      return add_lanes<Count / 2>(sum);
    }
  }
};

template <class Level>
constexpr PointwiseKernel make_pointwise_kernel() {
  return {
      .tile_rows = Level::kTileRows,
      .block_columns = PointwiseProduct<Level>::kBlockColumns,
      .multiply_scratch = &PointwiseProduct<Level>::scratch_floats,
      .multiply = &PointwiseProduct<Level>::multiply,
      .multiply_transposed_scratch = &PointwiseTransposedProduct<Level>::scratch_floats,
      .multiply_transposed = &PointwiseTransposedProduct<Level>::multiply,
  };
}

}  // namespace saker
