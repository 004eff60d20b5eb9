#include "data/synth/value_noise.hpp"

#include <cmath>
#include <cstddef>

namespace saker {
namespace {

double smooth(double t) { return t * t * (3 - 2 * t); }

double mix(double a, double b, double t) { return a + (b - a) * t; }

}  // namespace

ValueNoise::ValueNoise(RandomStream& draws) {
  const std::vector<std::int64_t> order = draws.permutation(256);
  for (std::size_t i = 0; i < 256; ++i) {
    order_[i] = static_cast<std::uint8_t>(order[i]);
    values_[i] = static_cast<float>(draws.uniform());
  }
}

double ValueNoise::lattice(std::int64_t x, std::int64_t y) const {
  const auto column = static_cast<std::size_t>(x & 255);
  const auto row = static_cast<std::size_t>(y & 255);
  return static_cast<double>(values_[order_[(order_[column] + row) & 255]]);
}

double ValueNoise::at(double x, double y) const {
  const double left = std::floor(x);
  const double top = std::floor(y);
  const auto i = static_cast<std::int64_t>(left);
  const auto j = static_cast<std::int64_t>(top);
  const double tx = smooth(x - left);
  const double ty = smooth(y - top);
  return mix(mix(lattice(i, j), lattice(i + 1, j), tx),
             mix(lattice(i, j + 1), lattice(i + 1, j + 1), tx),
             ty);
}

double ValueNoise::fractal(double x, double y, int octaves) const {
  double sum = 0;
  double strength = 1;
  double total = 0;
  for (int octave = 0; octave < octaves; ++octave) {
    sum += strength * at(x, y);
    total += strength;
    strength /= 2;
    x = x * 2 + 17.3;  // keeps the layers' lattice points apart
    y = y * 2 + 5.7;
  }
  return sum / total;
}

}  // namespace saker
