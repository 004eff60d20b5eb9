// The loops of ParameterUpdateKernel, written once for every processor level. For the
// parameter_update_kernel_*.cpp files only.
#pragma once

#include <cstdint>

#include "nn/parameter_update_kernel.hpp"
#include "nn/simd_vector.hpp"

namespace saker {

// Plain loops where each value stands alone: the compiler vectorises them, square root included,
// and treats what is left at the end alike.
template <class Level>
class ParameterUpdateLoops {
 public:
  static void adamw(float* __restrict parameter,
                    const float* __restrict gradient,
                    float* __restrict first_moment,
                    float* __restrict second_moment,
                    std::int64_t count,
                    const AdamWFactors& factors) {
    const AdamWFactors f = factors;
    for (std::int64_t i = 0; i < count; ++i) {
      const float g = gradient[i] * f.gradient;
      const float m = first_moment[i] + f.first * (g - first_moment[i]);
      const float v = f.kept * second_moment[i] + f.second * (g * g);
      first_moment[i] = m;
      second_moment[i] = v;
      const float denominator = __builtin_sqrtf(v) * f.scale + f.epsilon;
      parameter[i] = parameter[i] * f.decay - f.rate * (m / denominator);
    }
  }

  static void average(float* __restrict average,
                      const float* __restrict value,
                      std::int64_t count,
                      float kept,
                      float taken) {
    for (std::int64_t i = 0; i < count; ++i) {
#if defined(__FMA__) || defined(__FP_FAST_FMAF)
      average[i] = __builtin_fmaf(taken, value[i], kept * average[i]);
#else
      average[i] = kept * average[i] + taken * value[i];
#endif
    }
  }

  // Runs of a few hundred squares are summed in float, then in double.
  static double squares(const float* values, std::int64_t count) {
    double sum = 0;
    std::int64_t i = 0;
    while (i + N <= count) {
      Simd<N> lanes[4] = {};
      const std::int64_t stop = count - i < kRun ? count : i + kRun;
      for (; i + 4 * N <= stop; i += 4 * N) {
#pragma GCC unroll 4
        for (int k = 0; k < 4; ++k) {
          const Simd<N> x = load<Level, N>(values + i + k * N);
          lanes[k] += x * x;
        }
      }
      for (; i + N <= stop; i += N) {
        const Simd<N> x = load<Level, N>(values + i);
        lanes[0] += x * x;
      }
      sum +=
          static_cast<double>(sum_lanes<Level, N>((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])));
    }
    for (; i < count; ++i) sum += static_cast<double>(values[i]) * static_cast<double>(values[i]);
    return sum;
  }

 private:
  static constexpr int N = Level::kLanes;
  static constexpr std::int64_t kRun = 16 * N;
};

template <class Level>
constexpr ParameterUpdateKernel make_parameter_update_kernel() {
  using Loops = ParameterUpdateLoops<Level>;
  return {.adamw = &Loops::adamw, .average = &Loops::average, .squares = &Loops::squares};
}

}  // namespace saker
