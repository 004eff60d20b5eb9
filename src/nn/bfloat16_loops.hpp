// The loops of Bfloat16Kernel, written once for every level. For the bfloat16_kernel_*.cpp files
// only.
#pragma once

#include <cstdint>

#include "nn/bfloat16_kernel.hpp"
#include "nn/bfloat16_vector.hpp"
#include "nn/simd_math.hpp"

namespace saker {

// Level: kLanes (16); kRows, the rows of a block; class Session, alive while blocks are computed;
// product<Add>(x, i, rows, panel, out, out_stride): rows [i, i + rows) of x times a panel into
// out, of which kRows rows, in whole kBfloat16Rows, may be written.
template <class Level>
class Bfloat16Loops {
 public:
  static void multiply(const Bfloat16Rows& x,
                       const Bfloat16Weights& weights,
                       Activation activation,
                       bool add,
                       float* out,
                       std::int64_t out_stride) {
    const typename Level::Session session;
    const std::int64_t k = x.tap_count * x.depth;
    alignas(64) float block[kRows * kBfloat16Width];
    for (std::int64_t begin = 0; begin < x.rows; begin += kGroupRows) {
      const std::int64_t end = x.rows - begin < kGroupRows ? x.rows : begin + kGroupRows;
      for (std::int64_t c = 0; c < weights.n; c += kBfloat16Width) {
        const std::int64_t columns =
            weights.n - c < kBfloat16Width ? weights.n - c : kBfloat16Width;
        for (std::int64_t i = begin; i < end; i += kRows) {
          const std::int64_t rows = end - i < kRows ? end - i : kRows;
          Level::template product<false>(x, i, rows, weights.data + c * k, block, kBfloat16Width);
          finish(block,
                 {.rows = rows, .columns = columns, .bias = weights.bias + c, .add = add},
                 activation,
                 out + i * out_stride + c,
                 out_stride);
        }
      }
    }
  }

 private:
  static constexpr int N = Level::kLanes;
  static constexpr std::int64_t kRows = Level::kRows;
  // Rows that meet a panel while it is in the first cache.
  static constexpr std::int64_t kGroupRows = 96;

  struct Finish {
    std::int64_t rows, columns;
    const float* bias;
    bool add;
  };

  static void finish(const float* block,
                     const Finish& step,
                     Activation activation,
                     float* out,
                     std::int64_t out_stride) {
    switch (activation) {
      case Activation::kNone:
        return write(block, step, out, out_stride, [](Simd<N> value) { return value; });
      case Activation::kRelu:
        return write(
            block, step, out, out_stride, [](Simd<N> value) { return relu<Level, N>(value); });
      case Activation::kSilu:
        return write(
            block, step, out, out_stride, [](Simd<N> value) { return silu<Level, N>(value); });
      case Activation::kGelu:
        return write(
            block, step, out, out_stride, [](Simd<N> value) { return gelu<Level, N>(value); });
    }
  }

  template <class Function>
  [[gnu::always_inline]] static void write(const float* block,
                                           const Finish& step,
                                           float* out,
                                           std::int64_t out_stride,
                                           const Function& function) {
    for (std::int64_t i = 0; i < step.rows; ++i, block += kBfloat16Width, out += out_stride) {
      if (step.columns == kBfloat16Width) {
#pragma GCC unroll 2
        for (int v = 0; v < kBfloat16Width; v += N) {
          const Simd<N> sum = load<Level, N>(block + v) + load<Level, N>(step.bias + v);
          const Simd<N> value = function(sum);
          store<Level, N>(out + v, step.add ? value + load<Level, N>(out + v) : value);
        }
        continue;
      }
      for (std::int64_t c = 0; c < step.columns; ++c) {
        const float value = function(Simd<N>{} + (block[c] + step.bias[c]))[0];
        out[c] = step.add ? value + out[c] : value;
      }
    }
  }
};

template <class Level>
constexpr Bfloat16Kernel make_bfloat16_kernel() {
  return {.round = &Bfloat16Vector<Level>::round,
          .pack = &Bfloat16Vector<Level>::pack,
          .pack_columns = &Bfloat16Vector<Level>::pack_columns,
          .round_columns = &Bfloat16Vector<Level>::round_columns,
          .multiply = &Bfloat16Loops<Level>::multiply};
}

}  // namespace saker
