// Functions of vectors of floats. For kernel files only (see simd_vector.hpp).
#pragma once

#include "nn/simd_vector.hpp"

namespace saker {

// 2^x as its integer part's exponent and power(f) = 2^f, f in [-0.5, 0.5]; 2^-126 for anything
// below. For x up to 127.
template <class Level, int N, class Power>
[[gnu::always_inline]] inline Simd<N> exp2_by(Simd<N> x, const Power& power) {
  using Bits = typename SimdVector<N>::bits;
  const Simd<N> lowest = Simd<N>{} - 126.0F;
  x = x < lowest ? lowest : x;
  // Adding 1.5 * 2^23 leaves the nearest integer in the low bits.
  constexpr float kRound = 12582912.0F;
  const Simd<N> rounded = x + kRound;
  const Simd<N> fraction = power(x - (rounded - kRound));
  const Bits exponent = reinterpret_cast<Bits>(rounded) << 23;
  return reinterpret_cast<Simd<N>>(reinterpret_cast<Bits>(fraction) + exponent);
}

// Relative error below 2e-7.
template <class Level, int N>
[[gnu::always_inline]] inline Simd<N> exp2_of(Simd<N> x) {
  return exp2_by<Level, N>(x, [](Simd<N> f) {
    Simd<N> power = f * 1.326472739e-3F + 9.671512917e-3F;
    power = power * f + 5.550733745e-2F;
    power = power * f + 2.402224208e-1F;
    power = power * f + 6.931469776e-1F;
    return power * f + 1.0F;
  });
}

// Relative error below 1.1e-4, far less than that of rounding to bfloat16.
template <class Level, int N>
[[gnu::always_inline]] inline Simd<N> exp2_coarse(Simd<N> x) {
  return exp2_by<Level, N>(x, [](Simd<N> f) {
    Simd<N> power = f * 5.5838283e-2F + 2.4263948e-1F;
    power = power * f + 6.9313673e-1F;
    return power * f + 9.9992456e-1F;
  });
}

// e^x, as exp2_of.
template <class Level, int N>
[[gnu::always_inline]] inline Simd<N> exp_of(Simd<N> x) {
  return exp2_of<Level, N>(x * 1.44269504F);
}

// erfc(|x| / sqrt(2)), with its logarithm as a polynomial. Absolute error below 4e-7.
template <class Level, int N>
[[gnu::always_inline]] inline Simd<N> erfc_of_size(Simd<N> x) {
  const Simd<N> zero = {};
  const Simd<N> size = x < zero ? -x : x;
  // Beyond 10 it is 0; the polynomial is good up to there.
  const Simd<N> ten = zero + 10.0F;
  const Simd<N> t = size > ten ? ten : size;
  Simd<N> log2 = t * -7.112725759e-7F + 1.215851997e-5F;
  log2 = log2 * t - 4.754844126e-5F;
  log2 = log2 * t - 4.974336258e-4F;
  log2 = log2 * t + 7.574377889e-3F;
  log2 = log2 * t - 5.288483124e-2F;
  log2 = log2 * t - 4.590644483e-1F;
  log2 = log2 * t - 1.151124523F;
  return exp2_of<Level, N>(log2 * t);
}

// x Phi(x), the exact GELU: max(x, 0) - |x| / 2 * erfc(|x| / sqrt(2)). Absolute error below
// 2e-7 * max(1, |x|).
template <class Level, int N>
[[gnu::always_inline]] inline Simd<N> gelu(Simd<N> x) {
  const Simd<N> zero = {};
  const Simd<N> size = x < zero ? -x : x;
  return relu<Level, N>(x) - 0.5F * size * erfc_of_size<Level, N>(x);
}

// Its derivative, Phi(x) + x phi(x).
template <class Level, int N>
[[gnu::always_inline]] inline Simd<N> gelu_slope(Simd<N> x) {
  const Simd<N> zero = {};
  const Simd<N> tail = 0.5F * erfc_of_size<Level, N>(x);
  const Simd<N> phi = 0.398942280F * exp_of<Level, N>(-0.5F * x * x);
  return (x < zero ? tail : 1.0F - tail) + x * phi;
}

// 1 + e^-x
template <class Level, int N>
[[gnu::always_inline]] inline Simd<N> sigmoid_divisor(Simd<N> x) {
  // Below -87 the sigmoid is 0 in float32, but e^-x infinite.
  const Simd<N> limit = Simd<N>{} + 87.0F;
  const Simd<N> negated = -x > limit ? limit : -x;
  return exp_of<Level, N>(negated) + 1.0F;
}

template <class Level, int N>
[[gnu::always_inline]] inline Simd<N> sigmoid_of(Simd<N> x) {
  return 1.0F / sigmoid_divisor<Level, N>(x);
}

// x / (1 + e^-x)
template <class Level, int N>
[[gnu::always_inline]] inline Simd<N> silu(Simd<N> x) {
  return x / sigmoid_divisor<Level, N>(x);
}

}  // namespace saker
