// The loops of AttentionKernel, written once for every processor level. For the
// attention_kernel_*.cpp files only.
#pragma once

#include <cstdint>

#include "nn/attention_kernel.hpp"
#include "nn/online_softmax.hpp"
#include "nn/product_tile.hpp"
#include "nn/rotary_row.hpp"
#include "nn/simd_math.hpp"

namespace saker {

// Keys are packed in panels of kWidth tokens, [tokens / kWidth][size][kWidth], values in panels of
// kWidth of their entries, [size / kWidth][tokens][kWidth]; both are zero beyond their ends.
template <class Level>
class AttentionLoops {
 public:
  static std::int64_t packed_keys(std::int64_t tokens, std::int64_t size) {
    return rounded_up(tokens) * size;
  }
  static std::int64_t packed_values(std::int64_t tokens, std::int64_t size) {
    return tokens * rounded_up(size);
  }
  static std::int64_t scratch(std::int64_t size) {
    return Tile::M * kKeys + kQueries * (size + rounded_up(size) + 2);
  }

  static std::int64_t rounded_up(std::int64_t count) {
    return (count + kWidth - 1) / kWidth * kWidth;
  }

  static void pack_keys(const HeadView& keys, const RotaryRows& positions, float* packed) {
    const std::int64_t size = keys.size;
    float row[kLargestRow];
    for (std::int64_t t = 0; t < rounded_up(keys.tokens); ++t) {
      float* const to = packed + t / kWidth * kWidth * size + t % kWidth;
      if (t >= keys.tokens) {
        for (std::int64_t d = 0; d < size; ++d) to[d * kWidth] = 0;
        continue;
      }
      const float* from = keys.data + t * keys.stride;
      if (positions.cos != nullptr) {
        rotate_row<Level>(from, size, positions, t, 1.0F, row);
        from = row;
      }
      for (std::int64_t d = 0; d < size; ++d) to[d * kWidth] = from[d];
    }
  }

  static void pack_values(const HeadView& values, float* packed) {
    for (std::int64_t c = 0; c < values.size; c += kWidth) {
      const std::int64_t width = values.size - c < kWidth ? values.size - c : kWidth;
      float* to = packed + c * values.tokens;
      for (std::int64_t t = 0; t < values.tokens; ++t, to += kWidth) {
        const float* const from = values.data + t * values.stride + c;
        for (std::int64_t d = 0; d < width; ++d) to[d] = from[d];
        for (std::int64_t d = width; d < kWidth; ++d) to[d] = 0;
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
    const std::int64_t size = queries.size, rows = queries.tokens;
    State state{};
    state.scores = scratch;
    state.sums = state.scores + Tile::M * kKeys;
    state.queries = state.sums + kQueries * rounded_up(size);
    state.largest = state.queries + kQueries * size;
    state.weights = state.largest + kQueries;
    // The softmax is computed with powers of two.
    for (std::int64_t i = 0; i < rows; ++i) {
      rotate_row<Level>(queries.data + i * queries.stride,
                        size,
                        positions,
                        i,
                        scale * kLog2OfE,
                        state.queries + i * size);
      state.largest[i] = kLowest;
      state.weights[i] = 0;
    }
    for (std::int64_t i = 0; i < rows * rounded_up(size); ++i) state.sums[i] = 0;

    // A block of keys and values stays in the second cache while all tiles of queries pass it.
    for (std::int64_t first = 0; first < tokens; first += kKeys) {
      const std::int64_t count = tokens - first < kKeys ? tokens - first : kKeys;
      Tile::for_rows(0, rows, [&]<int Rows>(std::int64_t i) {
        for (std::int64_t t = 0; t < count; t += kWidth) {
          Tile::template product<Rows, false>(state.queries + i * size,
                                              size,
                                              packed_keys + (first + t) * size,
                                              size,
                                              state.scores + t,
                                              kKeys);
        }
        for (int r = 0; r < Rows; ++r) softmax_step(state, i + r, r, rounded_up(size), count);
        for (std::int64_t c = 0; c < size; c += kWidth) {
          Tile::template product<Rows, true>(state.scores,
                                             kKeys,
                                             packed_values + c * tokens + first * kWidth,
                                             count,
                                             state.sums + i * rounded_up(size) + c,
                                             rounded_up(size));
        }
      });
    }
    for (std::int64_t i = 0; i < rows; ++i) {
      write_mean<Level>(state.softmax_row(i, rounded_up(size)),
                        size,
                        out + i * out_stride,
                        norms == nullptr ? nullptr : norms + i);
    }
  }

 private:
  using Tile = ProductTile<Level>;
  static constexpr int N = Tile::N, V = Tile::V;
  static constexpr std::int64_t kWidth = Tile::kWidth;
  static constexpr std::int64_t kQueries = kAttentionQueries;
  static constexpr std::int64_t kKeys = 256;  // of a block; a multiple of kWidth
  static constexpr std::int64_t kLargestRow = 256;
  static constexpr float kLowest = -1e30F;

  // Of a block of queries, [kQueries] rows each, but of one tile's for the scores.
  struct State {
    float* scores;   // [kKeys], then their powers
    float* sums;     // [rounded_up(size)], weighted values
    float* queries;  // [size], rotated and scaled
    float* largest;  // score so far
    float* weights;  // the sum of the powers

    SoftmaxRow softmax_row(std::int64_t row, std::int64_t sums_size) const {
      return {largest[row], weights[row], sums + row * sums_size, sums_size};
    }
  };

  // Turns a row's scores into powers relative to the largest score so far, and what was summed
  // before with them.
  static void softmax_step(const State& state,
                           std::int64_t row,
                           std::int64_t row_of_tile,
                           std::int64_t sums_size,
                           std::int64_t count) {
    float* const score = state.scores + row_of_tile * kKeys;
    for (std::int64_t t = count; t % N != 0; ++t) score[t] = kLowest;
    Simd<N> largest = Simd<N>{} + state.largest[row];
    for (std::int64_t t = 0; t < count; t += N) {
      const Simd<N> value = load<Level, N>(score + t);
      largest = value > largest ? value : largest;
    }
    const float top = max_lanes<Level, N>(largest);
    Simd<N> sum[2] = {};
    std::int64_t t = 0;
    const auto take = [&](Simd<N>& to) {
      const Simd<N> power = exp2_of<Level, N>(load<Level, N>(score + t) - top);
      store<Level, N>(score + t, power);
      to += power;
      t += N;
    };
    while (t + N < count) {
      take(sum[0]);
      take(sum[1]);
    }
    if (t < count) take(sum[0]);
    const float added = sum_lanes<Level, N>(sum[0] + sum[1]);
    add_block<Level>(state.softmax_row(row, sums_size), top, added);
  }
};

template <class Level>
constexpr AttentionKernel make_attention_kernel() {
  using Loops = AttentionLoops<Level>;
  return {.packed_keys = &Loops::packed_keys,
          .packed_values = &Loops::packed_values,
          .scratch = &Loops::scratch,
          .pack_keys = &Loops::pack_keys,
          .pack_values = &Loops::pack_values,
          .attend = &Loops::attend};
}

}  // namespace saker
