#include "image/draw/stroke_font.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <string>

namespace saker {
namespace {

// The box of painted pixels, half-open, of white text on black at x = 20, baseline = 60.
PixelRegion ink(const std::string& text, double size) {
  Image image(100, 400, 3, PixelType::kU8);
  paint(image, [&](CairoContext* context) {
    set_color(context, {255, 255, 255});
    draw_text(context, text, 20, 60, size);
  });
  PixelRegion region = {400, 100, 0, 0};
  for (std::int64_t y = 0; y < 100; ++y) {
    for (std::int64_t x = 0; x < 400; ++x) {
      if (image.u8()[static_cast<std::size_t>((y * 400 + x) * 3)] < 32) continue;
      region.left = std::min(region.left, x);
      region.top = std::min(region.top, y);
      region.right = std::max(region.right, x + 1);
      region.bottom = std::max(region.bottom, y + 1);
    }
  }
  return region;
}

TEST(StrokeFont, InkStaysInsideOfTheAdvanceAndTheLine) {
  for (char c = '!'; c <= '~'; ++c) {
    const std::string text(1, c);
    const double size = 40;
    const PixelRegion region = ink(text, size);
    EXPECT_GE(region.left, 20) << text;
    EXPECT_LE(region.right, 20 + text_width(text, size) + 1) << text;
    EXPECT_GE(region.top, 60 - (kAscent + 0.06) * size - 1) << text;
    EXPECT_LE(region.bottom, 60 + (kDescent + 0.04) * size + 1) << text;
  }
}

TEST(StrokeFont, CapitalsStandOnTheBaseline) {
  const PixelRegion region = ink("H", 50);
  EXPECT_NEAR(static_cast<double>(region.bottom), 60 + 2.6, 1.0);
  EXPECT_NEAR(static_cast<double>(region.top), 60 - 35 - 2.6, 1.0);
}

TEST(StrokeFont, WidthAddsUpAndScales) {
  EXPECT_DOUBLE_EQ(text_width("", 20), 0);
  EXPECT_NEAR(text_width("ab", 20), text_width("a", 20) + text_width("b", 20), 1e-12);
  EXPECT_NEAR(text_width("label", 40), 2 * text_width("label", 20), 1e-12);
  EXPECT_DOUBLE_EQ(text_width("0", 20), text_width("1", 20)) << "figures have one width";
}

TEST(StrokeFont, IsPaintedAtTheSmallestSizes) {
  EXPECT_LT(ink("x", 6).left, 40);
  EXPECT_LT(ink(".", 6).left, 40);
}

}  // namespace
}  // namespace saker
