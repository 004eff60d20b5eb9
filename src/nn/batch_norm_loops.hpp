// The loops of BatchNormKernel, written once for every processor level. For the
// batch_norm_kernel_*.cpp files only.
#pragma once

#include <cstdint>

#include "nn/batch_norm_kernel.hpp"
#include "nn/simd_vector.hpp"

namespace saker {

template <class Level>
class BatchNormLoops {
 public:
  static void moments(
      const float* x, std::int64_t count, float pivot, double* sum, double* squares) {
    accumulate(count, sum, squares, [&]<int L>(std::int64_t i, Simd<L>& first, Simd<L>& second) {
      const Simd<L> centred = load<Level, L>(x + i) - pivot;
      first += centred;
      second += centred * centred;
    });
  }

  static void normalize(
      const float* x, std::int64_t count, float scale, float shift, bool with_relu, float* y) {
    if (with_relu) {
      sweep<Level>(count, [&]<int L>(std::int64_t i) {
        store<Level, L>(y + i, relu<Level, L>(load<Level, L>(x + i) * scale + shift));
      });
    } else {
      sweep<Level>(count, [&]<int L>(std::int64_t i) {
        store<Level, L>(y + i, load<Level, L>(x + i) * scale + shift);
      });
    }
  }

  template <bool Relu>
  static void gradient_sums(const float* x,
                            const float* grad_y,
                            std::int64_t count,
                            float scale,
                            float shift,
                            float mean,
                            double* sum,
                            double* sum_x) {
    accumulate(count, sum, sum_x, [&]<int L>(std::int64_t i, Simd<L>& first, Simd<L>& second) {
      const Simd<L> value = load<Level, L>(x + i);
      const Simd<L> gradient = cut<Relu, L>(value * scale + shift, load<Level, L>(grad_y + i));
      first += gradient;
      second += gradient * (value - mean);
    });
  }

  template <bool Relu>
  static void input_gradient(const float* x,
                             const float* grad_y,
                             std::int64_t count,
                             float scale,
                             float shift,
                             float mean,
                             float slope,
                             float offset,
                             float* grad_x) {
    sweep<Level>(count, [&]<int L>(std::int64_t i) {
      const Simd<L> value = load<Level, L>(x + i);
      const Simd<L> gradient = cut<Relu, L>(value * scale + shift, load<Level, L>(grad_y + i));
      store<Level, L>(grad_x + i, scale * gradient + ((value - mean) * slope + offset));
    });
  }

 private:
  static constexpr int N = Level::kLanes;
  // Values summed in float before they go to double.
  static constexpr std::int64_t kBlock = 64 * N;

  template <bool Relu, int L>
  [[gnu::always_inline]] static Simd<L> cut(Simd<L> z, Simd<L> gradient) {
    if constexpr (!Relu) return gradient;
    const Simd<L> zero = {};
    return z <= zero ? zero : gradient;
  }

  // body.operator()<L>(i, first, second) adds the values i .. i + L - 1 to two sums. Four sums of
  // each kind hide the latency of the additions.
  template <class Body>
  [[gnu::always_inline]] static void accumulate(std::int64_t count,
                                                double* sum,
                                                double* other,
                                                const Body& body) {
    std::int64_t i = 0;
    while (i + N <= count) {
      Simd<N> first[4] = {}, second[4] = {};
      const std::int64_t stop = count - i < kBlock ? count : i + kBlock;
      for (; i + 4 * N <= stop; i += 4 * N) {
#pragma GCC unroll 4
        for (int k = 0; k < 4; ++k) body.template operator()<N>(i + k * N, first[k], second[k]);
      }
      for (; i + N <= stop; i += N) body.template operator()<N>(i, first[0], second[0]);
      *sum +=
          static_cast<double>(sum_lanes<Level, N>((first[0] + first[1]) + (first[2] + first[3])));
      *other += static_cast<double>(
          sum_lanes<Level, N>((second[0] + second[1]) + (second[2] + second[3])));
    }
    Simd<1> first = {}, second = {};
    for (; i < count; ++i) body.template operator()<1>(i, first, second);
    *sum += static_cast<double>(first[0]);
    *other += static_cast<double>(second[0]);
  }
};

template <class Level>
constexpr BatchNormKernel make_batch_norm_kernel() {
  using Loops = BatchNormLoops<Level>;
  return {
      .moments = &Loops::moments,
      .normalize = &Loops::normalize,
      .gradient_sums =
          [](const float* x,
             const float* grad_y,
             std::int64_t count,
             float scale,
             float shift,
             bool relu,
             float mean,
             double* sum,
             double* sum_x) {
            (relu ? Loops::template gradient_sums<true>
                  : Loops::template gradient_sums<false>)(x,
                                                          grad_y,
                                                          count,
                                                          scale,
                                                          shift,
                                                          mean,
                                                          sum,
                                                          sum_x);
          },
      .input_gradient =
          [](const float* x,
             const float* grad_y,
             std::int64_t count,
             float scale,
             float shift,
             bool relu,
             float mean,
             float slope,
             float offset,
             float* grad_x) {
            (relu ? Loops::template input_gradient<true>
                  : Loops::template input_gradient<false>)(x,
                                                           grad_y,
                                                           count,
                                                           scale,
                                                           shift,
                                                           mean,
                                                           slope,
                                                           offset,
                                                           grad_x);
          },
  };
}

}  // namespace saker
