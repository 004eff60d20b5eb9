// Vectors of N floats in the compiler's own terms. For kernel files only, which are compiled once
// for each processor level.
//
// Everything that is a function here is a template of the level, so that no two kernel files define
// the same function: the linker would keep one of them, and an old processor might meet the new
// one's instructions.
#pragma once

#include <cstdint>

namespace saker {

template <int N>
struct SimdVector {
  typedef float type __attribute__((vector_size(N * sizeof(float))));
  typedef float unaligned
      __attribute__((vector_size(N * sizeof(float)), aligned(sizeof(float)), may_alias));
  typedef std::uint32_t bits __attribute__((vector_size(N * sizeof(std::uint32_t))));
};

template <int N>
using Simd = typename SimdVector<N>::type;

template <class Level, int N>
[[gnu::always_inline]] inline Simd<N> load(const float* from) {
  return *reinterpret_cast<const typename SimdVector<N>::unaligned*>(from);
}

template <class Level, int N>
[[gnu::always_inline]] inline void store(float* to, Simd<N> value) {
  *reinterpret_cast<typename SimdVector<N>::unaligned*>(to) = value;
}

// The value in every lane. Less a zero, since compilers drop that, but not the addition of one,
// which turns -0 into 0.
template <class Level, int N>
[[gnu::always_inline]] inline Simd<N> broadcast(float value) {
  return value - Simd<N>{};
}

// max(value, 0), but a NaN stays, as in torch::relu.
template <class Level, int N>
[[gnu::always_inline]] inline Simd<N> relu(Simd<N> value) {
  const Simd<N> zero = {};
  return value < zero ? zero : value;
}

// The sum of the lanes, pairwise.
template <class Level, int N>
[[gnu::always_inline]] inline float sum_lanes(Simd<N> value) {
  float lanes[N];
  store<Level, N>(lanes, value);
#pragma GCC unroll 8
  for (int half = N / 2; half > 0; half /= 2) {
#pragma GCC unroll 16
    for (int i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  }
  return lanes[0];
}

template <class Level, int N>
[[gnu::always_inline]] inline float max_lanes(Simd<N> value) {
  float lanes[N];
  store<Level, N>(lanes, value);
  float largest = lanes[0];
  for (int i = 1; i < N; ++i) largest = lanes[i] > largest ? lanes[i] : largest;
  return largest;
}

// Calls block.template operator()<N>(x) so that the runs [x, x + N) cover [begin, end) without
// leaving [first, end). Runs may overlap: a result may be written twice, with the same value.
template <class Level, int N, class Block>
[[gnu::always_inline]] inline void sweep_from(std::int64_t begin,
                                              std::int64_t end,
                                              const Block& block) {
  std::int64_t x = begin;
  for (; x + N <= end; x += N) block.template operator()<N>(x);
  if constexpr (N > 1) {
    if (x == end) return;
    if (2 * (end - x) > N && end >= N) {
      block.template operator()<N>(end - N);
    } else {
      sweep_from<Level, N / 2>(x, end, block);
    }
  }
}

// The same from 0, with the level's widest vectors first.
template <class Level, class Block>
[[gnu::always_inline]] inline void sweep(std::int64_t end, const Block& block) {
  sweep_from<Level, Level::kLanes>(0, end, block);
}

}  // namespace saker
