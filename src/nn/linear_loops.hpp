// The loops of LinearKernel, written once for every processor level. For the linear_kernel_*.cpp
// files only.
#pragma once

#include <cstdint>

#include "nn/linear_kernel.hpp"
#include "nn/product_tile.hpp"
#include "nn/simd_math.hpp"

namespace saker {

// Level: what ProductTile needs; kDepth, the values of k for which a panel stays in the first
// cache.
template <class Level>
class LinearLoops {
 public:
  static void multiply(const RowsView& x,
                       const PackedWeights& weights,
                       Activation activation,
                       bool add,
                       float* out,
                       std::int64_t out_stride) {
    const std::int64_t k = weights.k;
    for (std::int64_t begin = 0; begin < x.rows; begin += kBlockRows) {
      const std::int64_t end = x.rows - begin < kBlockRows ? x.rows : begin + kBlockRows;
      for (std::int64_t j = 0; j < k; j += kDepth) {
        const std::int64_t depth = k - j < kDepth ? k - j : kDepth;
        for (std::int64_t c = 0; c < weights.n; c += kWidth) {
          const Step step{.panel = weights.data + c * k + j * kWidth,
                          .bias = j == 0 ? weights.bias + c : nullptr,
                          .depth = depth,
                          .columns = weights.n - c < kWidth ? weights.n - c : kWidth,
                          .activation = j + depth == k ? activation : Activation::kNone,
                          .add = add || j > 0};
          Tile::for_rows(begin, end, [&]<int Rows>(std::int64_t i) {
            tile<Rows>(
                x.data + i * x.stride + j, x.stride, step, out + i * out_stride + c, out_stride);
          });
        }
      }
    }
  }

  static void normalize(const RowsView& x,
                        std::int64_t k,
                        const float* weight,
                        const float* bias,
                        float eps,
                        float* out) {
    for (std::int64_t i = 0; i < x.rows; ++i) {
      const float* const row = x.data + i * x.stride;
      float* const to = out + i * k;
      const float count = static_cast<float>(k);
      const float mean =
          sum_of(k, [&]<int L>(std::int64_t j) { return load<Level, L>(row + j); }) / count;
      const float variance = sum_of(k,
                                    [&]<int L>(std::int64_t j) {
                                      const Simd<L> centred = load<Level, L>(row + j) - mean;
                                      return centred * centred;
                                    }) /
                             count;
      const float scale = 1.0F / __builtin_sqrtf(variance + eps);
      sweep<Level>(k, [&]<int L>(std::int64_t j) {
        const Simd<L> normed = (load<Level, L>(row + j) - mean) * scale;
        store<Level, L>(to + j, normed * load<Level, L>(weight + j) + load<Level, L>(bias + j));
      });
    }
  }

 private:
  using Tile = ProductTile<Level>;
  static constexpr int N = Tile::N, V = Tile::V;
  static constexpr std::int64_t kWidth = Tile::kWidth, kDepth = Level::kDepth;
  // Rows that meet a panel while it is in the first cache.
  static constexpr std::int64_t kBlockRows = 96;

  // One panel's part of the product.
  struct Step {
    const float* panel;
    const float* bias;  // null: none is added
    std::int64_t depth, columns;
    Activation activation;
    bool add;
  };

  template <int Rows>
  [[gnu::noinline]] static void tile(const float* left,
                                     std::int64_t stride,
                                     const Step& step,
                                     float* out,
                                     std::int64_t out_stride) {
    typename Tile::template Sums<Rows> sum;
#pragma GCC unroll 16
    for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 4
      for (int v = 0; v < V; ++v)
        sum[i][v] = step.bias == nullptr ? Simd<N>{} : load<Level, N>(step.bias + v * N);
    }
    Tile::template multiply<Rows>(left, stride, step.panel, step.depth, sum);
    if (step.columns == kWidth) {
      finish<Rows>(sum, step, out, out_stride);
      return;
    }
    // The last panel may be wider than what is left of the output.
    float whole[Rows * kWidth];
    for (int i = 0; i < Rows; ++i) {
      for (std::int64_t c = 0; c < kWidth; ++c)
        whole[i * kWidth + c] = step.add && c < step.columns ? out[i * out_stride + c] : 0.0F;
    }
    finish<Rows>(sum, step, whole, kWidth);
    for (int i = 0; i < Rows; ++i) {
      for (std::int64_t c = 0; c < step.columns; ++c)
        out[i * out_stride + c] = whole[i * kWidth + c];
    }
  }

  template <int Rows>
  [[gnu::always_inline]] static void finish(typename Tile::template Sums<Rows>& sum,
                                            const Step& step,
                                            float* out,
                                            std::int64_t out_stride) {
    if (step.add) {
#pragma GCC unroll 16
      for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 4
        for (int v = 0; v < V; ++v) sum[i][v] += load<Level, N>(out + i * out_stride + v * N);
      }
    }
    switch (step.activation) {
      case Activation::kNone:
        write<Rows>(sum, out, out_stride, [](Simd<N> value) { return value; });
        break;
      case Activation::kRelu:
        write<Rows>(sum, out, out_stride, [](Simd<N> value) { return relu<Level, N>(value); });
        break;
      case Activation::kSilu:
        write<Rows>(sum, out, out_stride, [](Simd<N> value) { return silu<Level, N>(value); });
        break;
      case Activation::kGelu:
        write<Rows>(sum, out, out_stride, [](Simd<N> value) { return gelu<Level, N>(value); });
        break;
    }
  }

  template <int Rows, class Function>
  [[gnu::always_inline]] static void write(typename Tile::template Sums<Rows>& sum,
                                           float* out,
                                           std::int64_t out_stride,
                                           const Function& function) {
#pragma GCC unroll 16
    for (int i = 0; i < Rows; ++i) {
#pragma GCC unroll 4
      for (int v = 0; v < V; ++v)
        store<Level, N>(out + i * out_stride + v * N, function(sum[i][v]));
    }
  }

  // The sum of term.operator()<L>(j) over [0, count).
  template <class Term>
  [[gnu::always_inline]] static float sum_of(std::int64_t count, const Term& term) {
    constexpr int kSums = 4;  // hide the latency of the additions
    Simd<N> sums[kSums] = {};
    std::int64_t j = 0;
    for (; j + kSums * N <= count; j += kSums * N) {
#pragma GCC unroll 4
      for (int s = 0; s < kSums; ++s) sums[s] += term.template operator()<N>(j + s * N);
    }
    for (; j + N <= count; j += N) sums[0] += term.template operator()<N>(j);
    Simd<1> rest = {};
    for (; j < count; ++j) rest += term.template operator()<1>(j);
    return sum_lanes<Level, N>((sums[0] + sums[1]) + (sums[2] + sums[3])) + rest[0];
  }
};

template <class Level>
constexpr LinearKernel make_linear_kernel() {
  return {.panel_width = ProductTile<Level>::kWidth,
          .multiply = &LinearLoops<Level>::multiply,
          .normalize = &LinearLoops<Level>::normalize};
}

}  // namespace saker
