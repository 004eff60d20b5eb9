// The rotation of one token's query or key (rotary_embedding.hpp) on plain floats. For kernel files
// only (see simd_vector.hpp).
#pragma once

#include <cstdint>

#include "nn/attention_kernel.hpp"
#include "nn/simd_vector.hpp"

namespace saker {

// token's row, rotated by its place, or with Back the other way, and scaled. Without positions it
// is scaled only.
template <class Level, bool Back = false>
inline void rotate_row(const float* from,
                       std::int64_t size,
                       const RotaryRows& positions,
                       std::int64_t token,
                       float scale,
                       float* to) {
  if (positions.cos == nullptr) {
    sweep<Level>(size, [&]<int L>(std::int64_t d) {
      store<Level, L>(to + d, load<Level, L>(from + d) * scale);
    });
    return;
  }
  const std::int64_t half = size / 2;
  const float* const cos = positions.cos + token * size;
  const float* const sin = positions.sin + token * size;
  sweep<Level>(half, [&]<int L>(std::int64_t d) {
    const Simd<L> a = load<Level, L>(from + d), b = load<Level, L>(from + half + d);
    const Simd<L> c = load<Level, L>(cos + d), sine = load<Level, L>(sin + d);
    const Simd<L> s = Back ? -sine : sine;
    store<Level, L>(to + d, (a * c - b * s) * scale);
    store<Level, L>(to + half + d, (b * c + a * s) * scale);
  });
}

}  // namespace saker
