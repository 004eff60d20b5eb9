#include "data/synth/value_noise.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace saker {
namespace {

ValueNoise noise_of(std::uint64_t seed) {
  RandomStream draws({.seed = seed, .purpose = "noise"});
  return ValueNoise(draws);
}

TEST(ValueNoise, StaysInTheUnitIntervalAndVaries) {
  const ValueNoise noise = noise_of(1);
  double low = 1, high = 0;
  for (int i = 0; i < 2000; ++i) {
    const double value = noise.fractal(i * 0.37 - 300, i * 0.11 - 50, 4);
    low = std::min(low, value);
    high = std::max(high, value);
  }
  EXPECT_GE(low, 0);
  EXPECT_LE(high, 1);
  EXPECT_GT(high - low, 0.3);
}

TEST(ValueNoise, IsSmooth) {
  const ValueNoise noise = noise_of(2);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_LT(std::abs(noise.at(i * 0.01, 3.3) - noise.at(i * 0.01 + 0.001, 3.3)), 0.002);
  }
}

TEST(ValueNoise, FollowsItsSeed) {
  EXPECT_EQ(noise_of(3).at(1.5, 2.5), noise_of(3).at(1.5, 2.5));
  EXPECT_NE(noise_of(3).at(1.5, 2.5), noise_of(4).at(1.5, 2.5));
}

}  // namespace
}  // namespace saker
