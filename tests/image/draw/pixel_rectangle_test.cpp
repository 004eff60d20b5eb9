#include "image/draw/pixel_rectangle.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace saker {
namespace {

std::string picture(const Image& image) {
  std::string text;
  for (std::int64_t y = 0; y < image.height(); ++y) {
    for (std::int64_t x = 0; x < image.width(); ++x) {
      text += image.u8()[static_cast<std::size_t>((y * image.width() + x) * 3)] != 0 ? '#' : '.';
    }
    text += '\n';
  }
  return text;
}

TEST(PixelRectangle, BothCornersArePainted) {
  Image image(5, 6, 3, PixelType::kU8);
  outline_rectangle(image, {1, 1, 4, 3}, 1, {255, 0, 0});
  EXPECT_EQ(picture(image), "......\n.####.\n.#..#.\n.####.\n......\n");
}

TEST(PixelRectangle, WidthGrowsInwardsAndStopsAtTheOtherSide) {
  Image image(6, 7, 3, PixelType::kU8);
  outline_rectangle(image, {1, 1, 5, 4}, 9, {255, 0, 0});
  EXPECT_EQ(picture(image), ".......\n.#####.\n.#####.\n.#####.\n.#####.\n.......\n");
}

TEST(PixelRectangle, PartsOutsideAreClipped) {
  Image image(3, 3, 3, PixelType::kU8);
  outline_rectangle(image, {-5, 1, 1, 900}, 1, {255, 0, 0});
  EXPECT_EQ(picture(image), "...\n##.\n.#.\n");
  outline_rectangle(image, {50, 50, 60, 60}, 3, {255, 0, 0});
  outline_rectangle(image, {-60, -60, -50, -50}, 3, {255, 0, 0});
  EXPECT_EQ(picture(image), "...\n##.\n.#.\n");
}

TEST(PixelRectangle, CoordinatesAreTruncatedTowardZero) {
  const auto rectangle = to_pixel_rectangle({-0.9F, 1.9F, 3.2F, 1e30F});
  ASSERT_TRUE(rectangle);
  EXPECT_EQ(rectangle->x1, 0);
  EXPECT_EQ(rectangle->y1, 1);
  EXPECT_EQ(rectangle->x2, 3);
  EXPECT_GT(rectangle->y2, 1 << 30);
  EXPECT_FALSE(to_pixel_rectangle({2, 0, 1, 1}));
  EXPECT_FALSE(to_pixel_rectangle({0, std::numeric_limits<float>::quiet_NaN(), 1, 1}));
}

TEST(PixelRectangle, AlphaBlends) {
  Image image(1, 1, 3, PixelType::kU8);
  image.mutable_u8()[1] = 200;
  fill_rectangle(image, {0, 0, 0, 0}, {255, 0, 100}, 100);
  EXPECT_EQ(image.u8()[0], 100);
  EXPECT_EQ(image.u8()[1], 122);  // 200 * 155 / 255 = 121.57
  EXPECT_EQ(image.u8()[2], 39);   // 100 * 100 / 255 = 39.2
}

}  // namespace
}  // namespace saker
