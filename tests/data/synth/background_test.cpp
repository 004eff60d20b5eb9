#include "data/synth/background.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace saker {
namespace {

Image background(std::uint64_t index, std::int64_t width = 64, std::int64_t height = 48) {
  RandomStream draws({.seed = 1, .purpose = "background", .index = index});
  return draw_background(width, height, draws);
}

TEST(Background, HasTheSizeAndIsNeverFlat) {
  for (std::uint64_t index = 0; index < 30; ++index) {
    const Image image = background(index);
    EXPECT_EQ(image.width(), 64);
    EXPECT_EQ(image.height(), 48);
    EXPECT_EQ(image.channels(), 3);
    const auto [low, high] = std::ranges::minmax_element(image.u8());
    EXPECT_GT(*high - *low, 8) << index;
  }
}

TEST(Background, FollowsItsStream) {
  EXPECT_TRUE(std::ranges::equal(background(3).u8(), background(3).u8()));
  EXPECT_FALSE(std::ranges::equal(background(3).u8(), background(4).u8()));
}

TEST(Background, TheSmallestImage) { EXPECT_EQ(background(0, 1, 1).value_count(), 3U); }

}  // namespace
}  // namespace saker
