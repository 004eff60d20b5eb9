// Rounding floats to bfloat16 numbers and packing them, for kernel files of processors with AVX-512
// BF16 only (see simd_vector.hpp).
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "nn/bfloat16_kernel.hpp"

namespace saker {

template <class Level>
struct Bfloat16Vector {
  // 32 floats to 32 numbers.
  [[gnu::always_inline]] static void round_32(__m512 low, __m512 high, Bfloat16* to) {
    _mm512_storeu_si512(to, reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(high, low)));
  }

  static void round(const float* from, std::int64_t count, Bfloat16* to) {
    std::int64_t j = 0;
    for (; j + 32 <= count; j += 32)
      round_32(_mm512_loadu_ps(from + j), _mm512_loadu_ps(from + j + 16), to + j);
    if (j == count) return;
    const std::uint32_t left = (1U << (count - j)) - 1;
    round_32(_mm512_maskz_loadu_ps(static_cast<__mmask16>(left), from + j),
             _mm512_maskz_loadu_ps(static_cast<__mmask16>(left >> 16), from + j + 16),
             to + j);
  }

  static void pack(
      const float* from, std::int64_t rows, std::int64_t stride, std::int64_t k, Bfloat16* panel) {
    constexpr std::int64_t kPairs = kBfloat16Depth / 2;
    for (std::int64_t j = 0; j < k; j += kBfloat16Depth) {
      const std::int64_t count = k - j < kBfloat16Depth ? k - j : kBfloat16Depth;
      for (std::int64_t c = 0; c < kBfloat16Width; ++c) {
        alignas(64) std::uint32_t pairs[kPairs] = {};
        if (c < rows) round(from + c * stride + j, count, reinterpret_cast<Bfloat16*>(pairs));
        for (std::int64_t p = 0; p < kPairs; ++p)
          __builtin_memcpy(panel + (p * kBfloat16Width + c) * 2, &pairs[p], sizeof pairs[p]);
      }
      panel += kBfloat16Depth * kBfloat16Width;
    }
  }
};

}  // namespace saker
