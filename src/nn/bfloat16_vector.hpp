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

  // 16 pairs, those of `even` first.
  [[gnu::always_inline]] static __m512i rounded_pairs(__m512 even, __m512 odd) {
    const __m512i both = reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(odd, even));
    const __m512i low = _mm512_cvtepu16_epi32(_mm512_castsi512_si256(both));
    const __m512i high = _mm512_cvtepu16_epi32(_mm512_extracti64x4_epi64(both, 1));
    return _mm512_or_si512(low, _mm512_slli_epi32(high, 16));
  }
  [[gnu::always_inline]] static void round_pairs(__m512 even, __m512 odd, Bfloat16* to) {
    _mm512_storeu_si512(to, rounded_pairs(even, odd));
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
    for (std::int64_t j = 0; j < k; j += kBfloat16Depth, panel += kBfloat16Depth * kBfloat16Width) {
      const std::int64_t count = k - j < kBfloat16Depth ? k - j : kBfloat16Depth;
      for (std::int64_t first = 0; first < kBfloat16Width; first += 16) {
        __m512i pairs[16];  // of one row each, then of one place each
        for (std::int64_t c = 0; c < 16; ++c) {
          alignas(64) Bfloat16 row[kBfloat16Depth] = {};
          if (first + c < rows) round(from + (first + c) * stride + j, count, row);
          pairs[c] = _mm512_load_si512(row);
        }
        transpose(pairs);
        for (std::int64_t p = 0; p < 16; ++p)
          _mm512_storeu_si512(panel + (p * kBfloat16Width + first) * 2, pairs[p]);
      }
    }
  }

  static void pack_columns(const float* from,
                           std::int64_t columns,
                           std::int64_t stride,
                           std::int64_t k,
                           Bfloat16* panel) {
    const std::uint32_t given = columns < kBfloat16Width ? (1U << columns) - 1 : 0xffffffffU;
    const __mmask16 first = static_cast<__mmask16>(given),
                    second = static_cast<__mmask16>(given >> 16);
    for (std::int64_t j = 0; j < bfloat16_depth(k); j += 2, panel += 2 * kBfloat16Width) {
      const float* const even = from + j * stride;
      const float* const odd = even + stride;
      const __mmask16 has_even = j < k ? 0xffff : 0, has_odd = j + 1 < k ? 0xffff : 0;
      round_pairs(_mm512_maskz_loadu_ps(first & has_even, even),
                  _mm512_maskz_loadu_ps(first & has_odd, odd),
                  panel);
      round_pairs(_mm512_maskz_loadu_ps(second & has_even, even + 16),
                  _mm512_maskz_loadu_ps(second & has_odd, odd + 16),
                  panel + kBfloat16Width);
    }
  }

  static void round_columns(const float* from,
                            std::int64_t columns,
                            std::int64_t stride,
                            std::int64_t k,
                            Bfloat16* to,
                            std::int64_t to_stride) {
    for (std::int64_t j = 0; j < k; j += kBfloat16Depth) {
      for (std::int64_t c = 0; c < columns; c += 16) {
        const std::int64_t width = columns - c < 16 ? columns - c : 16;
        const __mmask16 given = static_cast<__mmask16>((1U << width) - 1);
        __m512i pairs[16];  // of two rows each, then of one column each
        for (std::int64_t p = 0; p < 16; ++p) {
          const std::int64_t row = j + 2 * p;
          const float* const even = from + row * stride + c;
          pairs[p] = rounded_pairs(
              _mm512_maskz_loadu_ps(row < k ? given : __mmask16{0}, even),
              _mm512_maskz_loadu_ps(row + 1 < k ? given : __mmask16{0}, even + stride));
        }
        transpose(pairs);
        for (std::int64_t i = 0; i < width; ++i)
          _mm512_storeu_si512(to + (c + i) * to_stride + j, pairs[i]);
      }
    }
  }

 private:
  // A square of 16 x 16.
  [[gnu::always_inline]] static void transpose(__m512i (&rows)[16]) {
    __m512i halves[16];
    for (int i = 0; i < 16; i += 2) {
      halves[i] = _mm512_unpacklo_epi32(rows[i], rows[i + 1]);
      halves[i + 1] = _mm512_unpackhi_epi32(rows[i], rows[i + 1]);
    }
    // Row i + k then holds column 4 l + k of rows i to i + 3 in its quarter l.
    for (int i = 0; i < 16; i += 4) {
      rows[i] = _mm512_unpacklo_epi64(halves[i], halves[i + 2]);
      rows[i + 1] = _mm512_unpackhi_epi64(halves[i], halves[i + 2]);
      rows[i + 2] = _mm512_unpacklo_epi64(halves[i + 1], halves[i + 3]);
      rows[i + 3] = _mm512_unpackhi_epi64(halves[i + 1], halves[i + 3]);
    }
    constexpr int kEven = 0x88, kOdd = 0xdd;  // quarters 0 and 2, 1 and 3 of both
    for (int k = 0; k < 4; ++k) {
      const __m512i upper_even = _mm512_shuffle_i32x4(rows[k], rows[4 + k], kEven);
      const __m512i upper_odd = _mm512_shuffle_i32x4(rows[k], rows[4 + k], kOdd);
      const __m512i lower_even = _mm512_shuffle_i32x4(rows[8 + k], rows[12 + k], kEven);
      const __m512i lower_odd = _mm512_shuffle_i32x4(rows[8 + k], rows[12 + k], kOdd);
      halves[k] = _mm512_shuffle_i32x4(upper_even, lower_even, kEven);
      halves[4 + k] = _mm512_shuffle_i32x4(upper_odd, lower_odd, kEven);
      halves[8 + k] = _mm512_shuffle_i32x4(upper_even, lower_even, kOdd);
      halves[12 + k] = _mm512_shuffle_i32x4(upper_odd, lower_odd, kOdd);
    }
    for (int i = 0; i < 16; ++i) rows[i] = halves[i];
  }
};

}  // namespace saker
