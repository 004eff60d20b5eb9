// Smooth random fields for textures.
#pragma once

#include <array>
#include <cstdint>

#include "core/random_stream.hpp"

namespace saker {

// Random values on the points of the integer lattice, smoothly blended between them; repeats every
// 256 units.
class ValueNoise {
 public:
  explicit ValueNoise(RandomStream& draws);

  // In [0, 1].
  double at(double x, double y) const;
  // The sum of `octaves` (>= 1) layers, each twice as fine and half as strong as the one before; in
  // [0, 1].
  double fractal(double x, double y, int octaves) const;

 private:
  double lattice(std::int64_t x, std::int64_t y) const;

  std::array<std::uint8_t, 256> order_{};
  std::array<float, 256> values_{};
};

}  // namespace saker
