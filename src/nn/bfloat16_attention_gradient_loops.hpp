// AttentionGradientKernel with bfloat16 factors and float32 sums, written once for every level. For
// the bfloat16_kernel_*.cpp files only.
#pragma once

#include <cstdint>

#include "nn/attention_gradient_kernel.hpp"
#include "nn/bfloat16_attention_loops.hpp"

namespace saker {

// As AttentionGradientLoops, but dQ is summed turned, dQ^T = scale K^T dS, so that dS, whose rows
// are left factors, is needed a second time as pairs of rows only.
template <class Level>
class Bfloat16AttentionGradientLoops {
 public:
  static std::int64_t scratch(std::int64_t tokens, std::int64_t size) {
    return Memory(nullptr, tokens, size).end;
  }

  static void backward(const AttentionPass& pass,
                       const RotaryRows& positions,
                       float scale,
                       const AttentionGradients& gradients,
                       float* scratch) {
    const typename Level::Session session;
    const std::int64_t tokens = pass.queries.tokens, size = pass.queries.size;
    const std::int64_t wide = bfloat16_depth(size);
    const Memory memory(scratch, tokens, size);
    prepare(pass, positions, scale, memory);
    for (std::int64_t i = 0; i < wide * memory.padded; ++i) memory.query_sums[i] = 0;
    for (std::int64_t first = 0; first < tokens; first += kBlock) {
      const std::int64_t keys = tokens - first < kBlock ? tokens - first : kBlock;
      for (std::int64_t i = 0; i < kBlock * wide; ++i)
        memory.key_sums[i] = memory.value_sums[i] = 0;
      for (std::int64_t query = 0; query < tokens; query += kBlock) {
        const std::int64_t queries = tokens - query < kBlock ? tokens - query : kBlock;
        meet(memory, {first, keys, query, queries, size});
      }
      for (std::int64_t i = 0; i < keys; ++i) {
        const std::int64_t t = first + i, to = t * gradients.stride;
        // The queries carry the scale, and log2(e).
        rotate_row<Level, true>(
            memory.key_sums + i * wide, size, positions, t, 1 / kLog2OfE, gradients.keys + to);
        rotate_row<Level>(memory.value_sums + i * wide, size, {}, t, 1, gradients.values + to);
      }
    }
    for (std::int64_t t = 0; t < tokens; ++t) {
      float row[kLargestRow];
      for (std::int64_t d = 0; d < size; ++d) row[d] = memory.query_sums[d * memory.padded + t];
      rotate_row<Level, true>(
          row, size, positions, t, scale, gradients.queries + t * gradients.stride);
    }
  }

 private:
  using Loops = Bfloat16AttentionLoops<Level>;
  static constexpr int N = Level::kLanes;
  static constexpr std::int64_t kWidth = kBfloat16Width;
  // Queries, and keys, of a block, whose matrices stay in the second cache.
  static constexpr std::int64_t kBlock = 128;
  static constexpr std::int64_t kLargestRow = 256;

  static std::int64_t rounded_up(std::int64_t count) {
    return (count + kWidth - 1) / kWidth * kWidth;
  }

  struct Memory {
    Memory(float* begin, std::int64_t tokens, std::int64_t size) : padded(rounded_up(tokens)) {
      const std::int64_t wide = bfloat16_depth(size);
      const auto take = [&](float*& part, std::int64_t count) {
        part = begin == nullptr ? nullptr : begin + end;
        end += (count + N - 1) / N * N;
      };
      const auto take_numbers = [&](Bfloat16*& part, std::int64_t count) {
        float* floats = nullptr;
        take(floats, count / 2);
        part = reinterpret_cast<Bfloat16*>(floats);
      };
      take_numbers(keys, padded * wide);
      take_numbers(values, padded * wide);
      take_numbers(key_columns, wide * padded);
      take(query_panels, Loops::packed_keys(tokens, size));
      take(gradient_panels, Loops::packed_keys(tokens, size));
      take(query_rows, Loops::packed_values(tokens, size));
      take(gradient_rows, Loops::packed_values(tokens, size));
      take(norms, padded);
      take(sums, padded);
      take(query_sums, wide * padded);
      take(key_sums, kBlock * wide);
      take(value_sums, kBlock * wide);
      take(weights, kBlock * kBlock);
      take(scores, kBlock * kBlock);
      take_numbers(weight_rows, kBlock * kBlock);
      take_numbers(score_rows, kBlock * kBlock);
      take_numbers(score_pairs, kBlock * kBlock);
    }

    std::int64_t padded;                        // tokens
    Bfloat16 *keys, *values;                    // rows; keys are rotated
    Bfloat16* key_columns;                      // turned: [size][padded]
    float *query_panels, *gradient_panels;      // packed as keys; queries are rotated and scaled
    float *query_rows, *gradient_rows;          // packed as values
    float *norms, *sums;                        // D
    float *query_sums, *key_sums, *value_sums;  // gradients so far; those of queries are turned
    float *weights, *scores;                    // P and dS of a block
    Bfloat16 *weight_rows, *score_rows;         // the same
    Bfloat16* score_pairs;                      // dS as a right factor
    std::int64_t end = 0;
  };

  struct Block {
    std::int64_t key, keys, query, queries, size;
  };

  static const Bfloat16* numbers(const float* memory) {
    return reinterpret_cast<const Bfloat16*>(memory);
  }

  static void prepare(const AttentionPass& pass,
                      const RotaryRows& positions,
                      float scale,
                      const Memory& memory) {
    const std::int64_t tokens = pass.queries.tokens, size = pass.queries.size;
    const std::int64_t wide = bfloat16_depth(size), padded = memory.padded;
    // Rotated rows lie in the sums until those are needed.
    float* const rows = memory.query_sums;
    for (std::int64_t i = 0; i < padded * wide; ++i) memory.keys[i] = memory.values[i] = 0;
    for (std::int64_t t = 0; t < tokens; ++t) {
      float row[kLargestRow];
      rotate_row<Level>(pass.keys.data + t * pass.keys.stride, size, positions, t, 1, row);
      Bfloat16Vector<Level>::round(row, size, memory.keys + t * wide);
      Bfloat16Vector<Level>::round(
          pass.values.data + t * pass.values.stride, size, memory.values + t * wide);
      rotate_row<Level>(pass.queries.data + t * pass.queries.stride,
                        size,
                        positions,
                        t,
                        scale * kLog2OfE,
                        rows + t * size);
      const float* const out = pass.out.data + t * pass.out.stride;
      const float* const gradient = pass.out_gradient.data + t * pass.out_gradient.stride;
      float sum = 0;
      for (std::int64_t d = 0; d < size; ++d) sum += out[d] * gradient[d];
      memory.sums[t] = sum;
      memory.norms[t] = pass.norms[t];
    }
    for (std::int64_t t = tokens; t < padded; ++t) memory.sums[t] = memory.norms[t] = 0;
    for (std::int64_t d = 0; d < wide; ++d) {
      for (std::int64_t t = 0; t < padded; ++t)
        memory.key_columns[d * padded + t] = memory.keys[t * wide + d];
    }
    const HeadView queries{rows, tokens, size, size};
    const RotaryRows none;
    Loops::pack_keys(queries, none, memory.query_panels);
    Loops::pack_keys(pass.out_gradient, none, memory.gradient_panels);
    Loops::pack_values(queries, memory.query_rows);
    Loops::pack_values(pass.out_gradient, memory.gradient_rows);
  }

  // left * right, rows by rows: right are panels of kWidth columns, panel_size numbers apart.
  template <bool Add>
  static void multiply(const Bfloat16Rows& left,
                       const Bfloat16* right,
                       std::int64_t columns,
                       std::int64_t panel_size,
                       float* out,
                       std::int64_t out_stride) {
    for (std::int64_t c = 0; c < columns; c += kWidth, right += panel_size) {
      for (std::int64_t i = 0; i < left.rows; i += Level::kRows) {
        const std::int64_t rows = left.rows - i < Level::kRows ? left.rows - i : Level::kRows;
        Level::template product<Add>(left, i, rows, right, out + i * out_stride + c, out_stride);
      }
    }
  }

  // Adds what a block of keys and one of queries give to each other's gradients.
  static void meet(const Memory& memory, const Block& block) {
    const std::int64_t size = block.size, wide = bfloat16_depth(size), padded = memory.padded;
    const std::int64_t queries = rounded_up(block.queries), keys = rounded_up(block.keys);
    const std::int64_t tap = 0;
    const auto rows =
        [&](const Bfloat16* data, std::int64_t count, std::int64_t stride, std::int64_t depth) {
          return Bfloat16Rows{data, count, stride, &tap, 1, depth};
        };
    multiply<false>(rows(memory.keys + block.key * wide, block.keys, wide, wide),
                    numbers(memory.query_panels) + block.query * wide,
                    queries,
                    kWidth * wide,
                    memory.weights,
                    kBlock);
    multiply<false>(rows(memory.values + block.key * wide, block.keys, wide, wide),
                    numbers(memory.gradient_panels) + block.query * wide,
                    queries,
                    kWidth * wide,
                    memory.scores,
                    kBlock);
    weigh(memory, block, keys, queries);
    multiply<true>(rows(memory.weight_rows, block.keys, kBlock, queries),
                   numbers(memory.gradient_rows) + block.query * kWidth,
                   size,
                   kWidth * padded,
                   memory.value_sums,
                   wide);
    multiply<true>(rows(memory.score_rows, block.keys, kBlock, queries),
                   numbers(memory.query_rows) + block.query * kWidth,
                   size,
                   kWidth * padded,
                   memory.key_sums,
                   wide);
    multiply<true>(rows(memory.key_columns + block.key, size, padded, keys),
                   memory.score_pairs,
                   queries,
                   kWidth * keys,
                   memory.query_sums + block.query,
                   padded);
  }

  // P and dS from the products of a block.
  static void weigh(const Memory& memory,
                    const Block& block,
                    std::int64_t keys,
                    std::int64_t queries) {
    for (std::int64_t i = 0; i < keys; i += 2) {
      for (std::int64_t x = 0; x < queries; x += kWidth) {
        Simd<N> scores[2][2] = {};
        for (std::int64_t r = 0; r < 2 && i + r < block.keys; ++r) {
          const std::int64_t at = (i + r) * kBlock + x;
          Simd<N> weights[2];
#pragma GCC unroll 2
          for (int v = 0; v < 2; ++v) {
            const std::int64_t query = block.query + x + v * N;
            weights[v] = exp2_coarse<Level, N>(load<Level, N>(memory.weights + at + v * N) -
                                               load<Level, N>(memory.norms + query));
            scores[r][v] = weights[v] * (load<Level, N>(memory.scores + at + v * N) -
                                         load<Level, N>(memory.sums + query));
          }
          Bfloat16Vector<Level>::round_32(weights[0], weights[1], memory.weight_rows + at);
          Bfloat16Vector<Level>::round_32(scores[r][0], scores[r][1], memory.score_rows + at);
        }
        Bfloat16* const pairs = memory.score_pairs + x * keys + i * kWidth;
        Bfloat16Vector<Level>::round_pairs(scores[0][0], scores[1][0], pairs);
        Bfloat16Vector<Level>::round_pairs(scores[0][1], scores[1][1], pairs + kWidth);
      }
    }
  }
};

template <class Level>
constexpr AttentionGradientKernel make_bfloat16_attention_gradient_kernel() {
  return {.scratch = &Bfloat16AttentionGradientLoops<Level>::scratch,
          .backward = &Bfloat16AttentionGradientLoops<Level>::backward};
}

}  // namespace saker
