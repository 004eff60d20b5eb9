#include "image/draw/rgb.hpp"

#include <gtest/gtest.h>

namespace saker {
namespace {

TEST(Rgb, HsvAtTheCornersOfTheCircle) {
  EXPECT_EQ(hsv_to_rgb(0.0, 1, 1), (Rgb{255, 0, 0}));
  EXPECT_EQ(hsv_to_rgb(1.0 / 3, 1, 1), (Rgb{0, 255, 0}));
  EXPECT_EQ(hsv_to_rgb(0.5, 1, 1), (Rgb{0, 255, 255}));
  EXPECT_EQ(hsv_to_rgb(0.75, 1, 1), (Rgb{127, 0, 255}));
  EXPECT_EQ(hsv_to_rgb(-0.25, 1, 1), (Rgb{127, 0, 255}));
  EXPECT_EQ(hsv_to_rgb(0.3, 0, 0.5), (Rgb{127, 127, 127}));
}

TEST(Rgb, TextIsWhiteOnDarkAndDarkOnLight) {
  EXPECT_EQ(readable_text_color({0, 0, 0}), (Rgb{255, 255, 255}));
  EXPECT_EQ(readable_text_color({0, 0, 200}), (Rgb{255, 255, 255}));
  EXPECT_LT(relative_luminance(readable_text_color({255, 255, 0})), 0.01);
  EXPECT_DOUBLE_EQ(relative_luminance({255, 255, 255}), 1.0);
}

}  // namespace
}  // namespace saker
