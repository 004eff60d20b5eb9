// exp, log and choices in arithmetic alone, without branches, so that compilers turn loops over
// planes into vector code.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

namespace saker {

// `positive` where x has no sign bit, `negative` elsewhere (at -0 as well).
inline float by_sign(float x, float positive, float negative) {
  const std::uint32_t mask = static_cast<std::uint32_t>(std::bit_cast<std::int32_t>(x) >> 31);
  return std::bit_cast<float>((std::bit_cast<std::uint32_t>(positive) & ~mask) |
                              (std::bit_cast<std::uint32_t>(negative) & mask));
}

// The smaller of two numbers that are not negative; the other one if one is NaN.
inline float smaller_of(float a, float b) {
  return std::bit_cast<float>(
      std::min(std::bit_cast<std::int32_t>(a), std::bit_cast<std::int32_t>(b)));
}

// exp(-a) for a >= 0; relative error below 3e-7. From a = 87 on it is exp(-87). NaN stays NaN.
//
// a = n ln 2 + r with |r| <= ln 2 / 2; exp(-r) by its Taylor polynomial of degree 7, 2^-n by its
// bits.
inline float exp_minus(float a) {
  constexpr float kRound =
      12582912.0F;  // 1.5 * 2^23: adding it leaves the nearest integer in the low bits
  // min(a, 87), but NaN, whose bits are above those of infinity, stays.
  constexpr std::int32_t kLargest = std::bit_cast<std::int32_t>(87.0F);
  constexpr std::int32_t kInfinity = 0x7F800000;
  const std::int32_t bits = std::bit_cast<std::int32_t>(a);
  const std::int32_t is_large =
      -static_cast<std::int32_t>(bits > kLargest) & -static_cast<std::int32_t>(bits <= kInfinity);
  const float x = std::bit_cast<float>((bits & ~is_large) | (kLargest & is_large));
  const float shifted = x * 1.44269504F + kRound;
  const float n = shifted - kRound;
  // ln 2 in two parts, the first with few enough bits for an exact product.
  const float r = (n * 0.693359375F - x) + n * -2.12194440e-4F;
  float poly = 1.98412698e-4F;
  poly = poly * r + 1.38888889e-3F;
  poly = poly * r + 8.33333333e-3F;
  poly = poly * r + 4.16666667e-2F;
  poly = poly * r + 1.66666667e-1F;
  poly = poly * r + 0.5F;
  poly = poly * r + 1.0F;
  poly = poly * r + 1.0F;
  const std::uint32_t exponent = 127U - (std::bit_cast<std::uint32_t>(shifted) - 0x4B400000U);
  return poly * std::bit_cast<float>(exponent << 23);
}

// log(1 + e) for e in [0, 1]; relative error below 3e-7, however small e is.
//
// 2 atanh(s) with s = e / (2 + e) <= 1/3, by its series to s^17.
inline float log_one_plus(float e) {
  const float s = e / (2.0F + e);
  const float z = s * s;
  float poly = 5.88235294e-2F;
  poly = poly * z + 6.66666667e-2F;
  poly = poly * z + 7.69230769e-2F;
  poly = poly * z + 9.09090909e-2F;
  poly = poly * z + 1.11111111e-1F;
  poly = poly * z + 1.42857143e-1F;
  poly = poly * z + 0.2F;
  poly = poly * z + 3.33333333e-1F;
  poly = poly * z + 1.0F;
  return 2.0F * s * poly;
}

}  // namespace saker
