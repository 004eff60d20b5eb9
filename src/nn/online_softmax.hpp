// What every attention kernel does with the softmax of a row of scores that comes a block at a
// time. For kernel files only (see simd_vector.hpp).
#pragma once

#include <cstdint>

#include "nn/simd_math.hpp"

namespace saker {

// Of the blocks so far.
struct SoftmaxRow {
  float& largest;              // score
  float& weight;               // the sum of the powers
  float* sums;                 // weighted values
  std::int64_t sums_size = 0;  // a multiple of the level's lanes
};

// Takes a block whose powers, relative to `top`, add up to `added`; top: the largest score with it.
template <class Level>
inline void add_block(const SoftmaxRow& row, float top, float added) {
  constexpr int N = Level::kLanes;
  if (top == row.largest) {
    row.weight += added;
    return;
  }
  const float kept = exp2_of<Level, 1>(Simd<1>{} + (row.largest - top))[0];
  row.largest = top;
  row.weight = row.weight * kept + added;
  for (std::int64_t d = 0; d < row.sums_size; d += N)
    store<Level, N>(row.sums + d, load<Level, N>(row.sums + d) * kept);
}

// The weighted mean of the values, `size` of them, after the last block. norm: gets log2 of the sum
// of all powers, unless null.
template <class Level>
inline void write_mean(const SoftmaxRow& row, std::int64_t size, float* out, float* norm) {
  const float inverse = 1.0F / row.weight;
  sweep<Level>(size, [&]<int L>(std::int64_t d) {
    store<Level, L>(out + d, load<Level, L>(row.sums + d) * inverse);
  });
  if (norm != nullptr) *norm = row.largest + __builtin_log2f(row.weight);
}

}  // namespace saker
