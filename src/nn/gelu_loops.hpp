// The loops of GeluKernel, written once for every processor level. For the gelu_kernel_*.cpp files
// only.
#pragma once

#include <cstdint>

#include "nn/gelu_kernel.hpp"
#include "nn/simd_math.hpp"

namespace saker {

template <class Level>
constexpr GeluKernel make_gelu_kernel() {
  return {.forward =
              [](const float* z, std::int64_t count, float* h) {
                sweep<Level>(count, [&]<int L>(std::int64_t i) {
                  store<Level, L>(h + i, gelu<Level, L>(load<Level, L>(z + i)));
                });
              },
          .backward =
              [](const float* z, std::int64_t count, float* h, float* gradient) {
                const auto step = [&]<int L>(std::int64_t i) {
                  const Simd<L> x = load<Level, L>(z + i);
                  store<Level, L>(h + i, gelu<Level, L>(x));
                  store<Level, L>(gradient + i,
                                  load<Level, L>(gradient + i) * gelu_slope<Level, L>(x));
                };
                // No value may be met twice.
                constexpr int N = Level::kLanes;
                std::int64_t i = 0;
                for (; i + N <= count; i += N) step.template operator()<N>(i);
                for (; i < count; ++i) step.template operator()<1>(i);
              }};
}

}  // namespace saker
