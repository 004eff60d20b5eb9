// AttentionKernel with bfloat16 factors and float32 sums and softmax, written once for every level.
// For the bfloat16_kernel_*.cpp files only.
#pragma once

#include <cstdint>

#include "nn/attention_kernel.hpp"
#include "nn/bfloat16_kernel.hpp"
#include "nn/bfloat16_vector.hpp"
#include "nn/online_softmax.hpp"
#include "nn/rotary_row.hpp"
#include "nn/simd_math.hpp"

namespace saker {

// Level: as for Bfloat16Loops. Keys are packed in panels of kBfloat16Width tokens, values in panels
// of as many of their entries for each kKeys tokens; both are zero beyond their ends. The kernel's
// memory is counted in floats and holds two bfloat16 numbers in each.
template <class Level>
class Bfloat16AttentionLoops {
 public:
  static std::int64_t packed_keys(std::int64_t tokens, std::int64_t size) {
    return rounded_up(tokens) * bfloat16_depth(size) / 2;
  }
  static std::int64_t packed_values(std::int64_t tokens, std::int64_t size) {
    return packed_keys(tokens, size);
  }
  static std::int64_t scratch(std::int64_t size) {
    const std::int64_t row = bfloat16_depth(size);
    return kRows * (kKeys + kKeys / 2) + kQueries * (row + row / 2 + 2);
  }

  static void pack_keys(const HeadView& keys, const RotaryRows& positions, float* packed) {
    const std::int64_t size = keys.size, row_size = bfloat16_depth(size);
    float rows[kWidth * kLargestRow];
    for (std::int64_t first = 0; first < keys.tokens; first += kWidth) {
      const std::int64_t count = keys.tokens - first < kWidth ? keys.tokens - first : kWidth;
      for (std::int64_t t = 0; t < count; ++t) {
        rotate_row<Level>(keys.data + (first + t) * keys.stride,
                          size,
                          positions,
                          first + t,
                          1.0F,
                          rows + t * size);
      }
      Bfloat16Vector<Level>::pack(rows, count, size, size, numbers(packed) + first * row_size);
    }
  }

  static void pack_values(const HeadView& values, float* packed) {
    const std::int64_t tokens = rounded_up(values.tokens);
    for (std::int64_t c = 0; c < values.size; c += kWidth) {
      const std::int64_t width = values.size - c < kWidth ? values.size - c : kWidth;
      Bfloat16* to = numbers(packed) + c * tokens;
      for (std::int64_t t = 0; t < tokens; t += 2, to += 2 * kWidth) {
        alignas(64) float even[kWidth] = {}, odd[kWidth] = {};
        const float* const from = values.data + t * values.stride + c;
        for (std::int64_t d = 0; d < width && t < values.tokens; ++d) even[d] = from[d];
        for (std::int64_t d = 0; d < width && t + 1 < values.tokens; ++d)
          odd[d] = from[values.stride + d];
        for (std::int64_t d = 0; d < kWidth; d += N) {
          Bfloat16Vector<Level>::round_pairs(
              load<Level, N>(even + d), load<Level, N>(odd + d), to + 2 * d);
        }
      }
    }
  }

  static void attend(const HeadView& queries,
                     const RotaryRows& positions,
                     float scale,
                     const float* packed_keys,
                     const float* packed_values,
                     std::int64_t tokens,
                     float* out,
                     std::int64_t out_stride,
                     float* norms,
                     float* scratch) {
    const typename Level::Session session;
    const std::int64_t size = queries.size, rows = queries.tokens, row_size = bfloat16_depth(size);
    State state{};
    state.scores = scratch;
    state.powers = numbers(state.scores + kRows * kKeys);
    state.sums = state.scores + kRows * (kKeys + kKeys / 2);
    state.queries = numbers(state.sums + kQueries * row_size);
    state.largest = state.sums + kQueries * (row_size + row_size / 2);
    state.weights = state.largest + kQueries;
    for (std::int64_t i = 0; i < rows; ++i) {
      float row[kLargestRow];
      rotate_row<Level>(
          queries.data + i * queries.stride, size, positions, i, scale * kLog2OfE, row);
      Bfloat16Vector<Level>::round(row, size, state.queries + i * row_size);
      state.largest[i] = kLowest;
      state.weights[i] = 0;
    }
    for (std::int64_t i = 0; i < kQueries * row_size; ++i) state.sums[i] = 0;

    const std::int64_t tap = 0;
    const Bfloat16Rows left{state.queries, rows, row_size, &tap, 1, row_size};
    for (std::int64_t i = 0; i < rows; i += kRows) {
      const std::int64_t count = rows - i < kRows ? rows - i : kRows;
      for (std::int64_t first = 0; first < tokens; first += kKeys) {
        const std::int64_t keys = tokens - first < kKeys ? tokens - first : kKeys;
        for (std::int64_t t = 0; t < keys; t += kWidth) {
          Level::template product<false>(left,
                                         i,
                                         count,
                                         numbers(packed_keys) + (first + t) * row_size,
                                         state.scores + t,
                                         kKeys);
        }
        for (std::int64_t r = 0; r < count; ++r) softmax_step(state, i + r, r, row_size, keys);
        const Bfloat16Rows powers{state.powers, count, kKeys, &tap, 1, bfloat16_depth(keys)};
        for (std::int64_t c = 0; c < size; c += kWidth) {
          Level::template product<true>(
              powers,
              0,
              count,
              numbers(packed_values) + c * rounded_up(tokens) + first * kWidth,
              state.sums + i * row_size + c,
              row_size);
        }
      }
    }
    for (std::int64_t i = 0; i < rows; ++i) {
      write_mean<Level>(state.softmax_row(i, row_size),
                        size,
                        out + i * out_stride,
                        norms == nullptr ? nullptr : norms + i);
    }
  }

 private:
  static constexpr int N = Level::kLanes;
  static constexpr std::int64_t kWidth = kBfloat16Width, kRows = Level::kRows;
  // Room for the rows of the last block, all of which are written.
  static constexpr std::int64_t kQueries = (kAttentionQueries + kRows - 1) / kRows * kRows;
  static constexpr std::int64_t kKeys = 256;  // of a block; a multiple of kWidth
  static constexpr std::int64_t kLargestRow = 256;
  static constexpr float kLowest = -1e30F;

  // Of a block of queries; scores and powers of kRows of them.
  struct State {
    float* scores;      // [kKeys]
    Bfloat16* powers;   // [kKeys]
    float* sums;        // [row_size], weighted values
    Bfloat16* queries;  // [row_size], rotated and scaled
    float* largest;     // score so far
    float* weights;     // the sum of the powers

    SoftmaxRow softmax_row(std::int64_t row, std::int64_t sums_size) const {
      return {largest[row], weights[row], sums + row * sums_size, sums_size};
    }
  };

  static std::int64_t rounded_up(std::int64_t tokens) {
    return (tokens + kWidth - 1) / kWidth * kWidth;
  }
  static Bfloat16* numbers(float* memory) { return reinterpret_cast<Bfloat16*>(memory); }
  static const Bfloat16* numbers(const float* memory) {
    return reinterpret_cast<const Bfloat16*>(memory);
  }

  // Turns a row's scores into powers relative to the largest score so far, and what was summed
  // before with them. Places up to a multiple of kWidth get powers that are next to nothing.
  static void softmax_step(const State& state,
                           std::int64_t row,
                           std::int64_t row_of_block,
                           std::int64_t sums_size,
                           std::int64_t count) {
    float* const score = state.scores + row_of_block * kKeys;
    Bfloat16* const power = state.powers + row_of_block * kKeys;
    for (std::int64_t t = count; t % kWidth != 0; ++t) score[t] = kLowest;
    Simd<N> largest[2] = {Simd<N>{} + state.largest[row], Simd<N>{} + state.largest[row]};
    for (std::int64_t t = 0; t < count; t += kWidth) {
#pragma GCC unroll 2
      for (int v = 0; v < 2; ++v) {
        const Simd<N> value = load<Level, N>(score + t + v * N);
        largest[v] = value > largest[v] ? value : largest[v];
      }
    }
    const float top = max_lanes<Level, N>(largest[0] > largest[1] ? largest[0] : largest[1]);
    Simd<N> sum[2] = {};
    for (std::int64_t t = 0; t < count; t += kWidth) {
      const Simd<N> low = exp2_coarse<Level, N>(load<Level, N>(score + t) - top);
      const Simd<N> high = exp2_coarse<Level, N>(load<Level, N>(score + t + N) - top);
      Bfloat16Vector<Level>::round_32(low, high, power + t);
      sum[0] += low;
      sum[1] += high;
    }
    const float added = sum_lanes<Level, N>(sum[0] + sum[1]);
    add_block<Level>(state.softmax_row(row, sums_size), top, added);
  }
};

template <class Level>
constexpr AttentionKernel make_bfloat16_attention_kernel() {
  using Loops = Bfloat16AttentionLoops<Level>;
  return {.packed_keys = &Loops::packed_keys,
          .packed_values = &Loops::packed_values,
          .scratch = &Loops::scratch,
          .pack_keys = &Loops::pack_keys,
          .pack_values = &Loops::pack_values,
          .attend = &Loops::attend};
}

}  // namespace saker
