// The loops of AttentionGradientKernel, written once for every processor level. For the
// attention_kernel_*.cpp files only.
#pragma once

#include <cstdint>

#include "nn/attention_gradient_kernel.hpp"
#include "nn/attention_loops.hpp"
#include "nn/product_tile.hpp"
#include "nn/rotary_row.hpp"
#include "nn/simd_math.hpp"

namespace saker {

// With weights P = softmax(S), S = scale Q K^T, and D the row sums of dO * O:
//   dV = P^T dO,  dS = P * (dO V^T - D),  dK = scale dS^T Q,  dQ = scale dS K.
// Scores of a block are kept turned, [keys][queries], since most products want them so.
template <class Level>
class AttentionGradientLoops {
 public:
  static std::int64_t scratch(std::int64_t tokens, std::int64_t size) {
    return Memory(nullptr, tokens, size).end;
  }

  static void backward(const AttentionPass& pass,
                       const RotaryRows& positions,
                       float scale,
                       const AttentionGradients& gradients,
                       float* scratch) {
    const std::int64_t tokens = pass.queries.tokens, size = pass.queries.size;
    const std::int64_t wide = Loops::rounded_up(size);
    const Memory memory(scratch, tokens, size);
    prepare(pass, positions, scale, memory);
    for (std::int64_t i = 0; i < tokens * wide; ++i) memory.query_sums[i] = 0;
    for (std::int64_t first = 0; first < tokens; first += kBlock) {
      const std::int64_t keys = tokens - first < kBlock ? tokens - first : kBlock;
      for (std::int64_t i = 0; i < keys * wide; ++i) memory.key_sums[i] = memory.value_sums[i] = 0;
      for (std::int64_t query = 0; query < tokens; query += kBlock) {
        const std::int64_t queries = tokens - query < kBlock ? tokens - query : kBlock;
        meet(pass.values, memory, {first, keys, query, queries, tokens, size});
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
      rotate_row<Level, true>(memory.query_sums + t * wide,
                              size,
                              positions,
                              t,
                              scale,
                              gradients.queries + t * gradients.stride);
    }
  }

 private:
  using Loops = AttentionLoops<Level>;
  using Tile = ProductTile<Level>;
  static constexpr int N = Tile::N;
  static constexpr std::int64_t kWidth = Tile::kWidth;
  // Queries, and keys, of a block, whose matrices stay in the second cache; a multiple of kWidth.
  static constexpr std::int64_t kBlock = 96;

  struct Memory {
    Memory(float* begin, std::int64_t tokens, std::int64_t size) {
      const std::int64_t wide = Loops::rounded_up(size), padded = Loops::rounded_up(tokens);
      const auto take = [&](float*& part, std::int64_t count) {
        part = begin == nullptr ? nullptr : begin + end;
        end += count;
      };
      take(queries, tokens * size);
      take(keys, tokens * size);
      take(query_columns, padded * size);
      take(gradient_columns, padded * size);
      take(query_rows, tokens * wide);
      take(gradient_rows, tokens * wide);
      take(key_rows, tokens * wide);
      take(norms, padded);
      take(sums, padded);
      take(query_sums, tokens * wide);
      take(key_sums, kBlock * wide);
      take(value_sums, kBlock * wide);
      take(weights, kBlock * kBlock);
      take(scores, kBlock * kBlock);
      take(turned, kBlock * kBlock);
    }

    float *queries, *keys;                         // rotated; queries are scaled
    float *query_columns, *gradient_columns;       // packed as AttentionLoops packs keys
    float *query_rows, *gradient_rows, *key_rows;  // and as it packs values
    float *norms, *sums;                           // D
    float *query_sums, *key_sums, *value_sums;     // gradients so far
    float *weights, *scores, *turned;              // P and dS of a block, and dS turned
    std::int64_t end = 0;
  };

  struct Block {
    std::int64_t key, keys, query, queries, tokens, size;
  };

  static void prepare(const AttentionPass& pass,
                      const RotaryRows& positions,
                      float scale,
                      const Memory& memory) {
    const std::int64_t tokens = pass.queries.tokens, size = pass.queries.size;
    for (std::int64_t t = 0; t < tokens; ++t) {
      rotate_row<Level>(pass.queries.data + t * pass.queries.stride,
                        size,
                        positions,
                        t,
                        scale * kLog2OfE,
                        memory.queries + t * size);
      rotate_row<Level>(
          pass.keys.data + t * pass.keys.stride, size, positions, t, 1, memory.keys + t * size);
      const float* const out = pass.out.data + t * pass.out.stride;
      const float* const gradient = pass.out_gradient.data + t * pass.out_gradient.stride;
      float sum = 0;
      for (std::int64_t d = 0; d < size; ++d) sum += out[d] * gradient[d];
      memory.sums[t] = sum;
      memory.norms[t] = pass.norms[t];
    }
    for (std::int64_t t = tokens; t < Loops::rounded_up(tokens); ++t)
      memory.sums[t] = memory.norms[t] = 0;
    const HeadView queries{memory.queries, tokens, size, size};
    const HeadView keys{memory.keys, tokens, size, size};
    const RotaryRows none;
    Loops::pack_keys(queries, none, memory.query_columns);
    Loops::pack_keys(pass.out_gradient, none, memory.gradient_columns);
    Loops::pack_values(queries, memory.query_rows);
    Loops::pack_values(pass.out_gradient, memory.gradient_rows);
    Loops::pack_values(keys, memory.key_rows);
  }

  // Adds what a block of keys and one of queries give to each other's gradients.
  static void meet(const HeadView& values, const Memory& memory, const Block& block) {
    const std::int64_t size = block.size, wide = Loops::rounded_up(size);
    Tile::for_rows(0, block.keys, [&]<int Rows>(std::int64_t i) {
      const float* const key = memory.keys + (block.key + i) * size;
      const float* const value = values.data + (block.key + i) * values.stride;
      for (std::int64_t x = 0; x < block.queries; x += kWidth) {
        const std::int64_t panel = (block.query + x) * size, to = i * kBlock + x;
        Tile::template product<Rows, false>(
            key, size, memory.query_columns + panel, size, memory.weights + to, kBlock);
        Tile::template product<Rows, false>(value,
                                            values.stride,
                                            memory.gradient_columns + panel,
                                            size,
                                            memory.scores + to,
                                            kBlock);
      }
    });
    for (std::int64_t i = 0; i < block.keys; ++i) {
      float* const weights = memory.weights + i * kBlock;
      float* const scores = memory.scores + i * kBlock;
      for (std::int64_t x = 0; x < Loops::rounded_up(block.queries); x += N) {
        const std::int64_t query = block.query + x;
        const Simd<N> weight =
            exp2_of<Level, N>(load<Level, N>(weights + x) - load<Level, N>(memory.norms + query));
        store<Level, N>(weights + x, weight);
        store<Level, N>(
            scores + x,
            weight * (load<Level, N>(scores + x) - load<Level, N>(memory.sums + query)));
      }
    }
    Tile::for_rows(0, block.keys, [&]<int Rows>(std::int64_t i) {
      for (std::int64_t c = 0; c < size; c += kWidth) {
        const std::int64_t panel = c * block.tokens + block.query * kWidth, to = i * wide + c;
        Tile::template product<Rows, true>(memory.weights + i * kBlock,
                                           kBlock,
                                           memory.gradient_rows + panel,
                                           block.queries,
                                           memory.value_sums + to,
                                           wide);
        Tile::template product<Rows, true>(memory.scores + i * kBlock,
                                           kBlock,
                                           memory.query_rows + panel,
                                           block.queries,
                                           memory.key_sums + to,
                                           wide);
      }
    });
    turn(memory.scores, block.keys, block.queries, memory.turned);
    Tile::for_rows(0, block.queries, [&]<int Rows>(std::int64_t i) {
      for (std::int64_t c = 0; c < size; c += kWidth) {
        Tile::template product<Rows, true>(memory.turned + i * kBlock,
                                           kBlock,
                                           memory.key_rows + c * block.tokens + block.key * kWidth,
                                           block.keys,
                                           memory.query_sums + (block.query + i) * wide + c,
                                           wide);
      }
    });
  }

  // to[q][k] = from[k][q], by squares that stay in the first cache.
  static void turn(const float* from, std::int64_t keys, std::int64_t queries, float* to) {
    constexpr std::int64_t kSquare = 8;
    for (std::int64_t k = 0; k < keys; k += kSquare) {
      const std::int64_t end = keys - k < kSquare ? keys : k + kSquare;
      for (std::int64_t q = 0; q < queries; ++q) {
        for (std::int64_t i = k; i < end; ++i) to[q * kBlock + i] = from[i * kBlock + q];
      }
    }
  }
};

template <class Level>
constexpr AttentionGradientKernel make_attention_gradient_kernel() {
  using Loops = AttentionGradientLoops<Level>;
  return {.scratch = &Loops::scratch, .backward = &Loops::backward};
}

}  // namespace saker
