#include "image/draw/canvas.hpp"

#include <cairo.h>
#include <gtest/gtest.h>

#include <limits>

#include "fill.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

Image noise(std::int64_t height, std::int64_t width) {
  Image image(height, width, 3, PixelType::kU8);
  std::ranges::copy(test::noise_u8("canvas", height * width * 3), image.mutable_u8().begin());
  return image;
}

TEST(Paint, NothingDrawnLeavesEveryPixel) {
  const Image image = noise(7, 4100);
  Image painted = image;
  paint(painted, [](CairoContext*) {});
  EXPECT_TRUE(std::ranges::equal(image.u8(), painted.u8()));
}

TEST(Paint, AShapeAcrossTilesHasNoSeam) {
  Image image(3, 9000, 3, PixelType::kU8);
  paint(image, [](CairoContext* context) {
    set_color(context, {10, 20, 30});
    cairo_rectangle(context, 0, 1, 9000, 1);
    cairo_fill(context);
  });
  for (std::size_t x = 0; x < 9000; ++x) {
    ASSERT_EQ(image.u8()[x * 3], 0) << x;
    ASSERT_EQ(image.u8()[(9000 + x) * 3], 10) << x;
    ASSERT_EQ(image.u8()[(9000 + x) * 3 + 2], 30) << x;
  }
}

TEST(Paint, OnlyTheRegionChanges) {
  Image image(10, 10, 3, PixelType::kU8);
  paint(image, {-5, 4, 3, 100}, [](CairoContext* context) {
    set_color(context, {255, 255, 255});
    cairo_paint(context);
  });
  for (std::size_t y = 0; y < 10; ++y) {
    for (std::size_t x = 0; x < 10; ++x) {
      EXPECT_EQ(image.u8()[(y * 10 + x) * 3], x < 3 && y >= 4 ? 255 : 0);
    }
  }
}

TEST(Paint, ACopyOfTheImageKeepsItsPixels) {
  Image image(2, 2, 3, PixelType::kU8);
  const Image copy = image;
  paint(image, [](CairoContext* context) {
    set_color(context, {9, 9, 9});
    cairo_paint(context);
  });
  EXPECT_EQ(image.u8()[0], 9);
  EXPECT_EQ(copy.u8()[0], 0);
}

TEST(ToRgbU8, GrayIsRepeatedAndFloatRounded) {
  Image gray(1, 4, 1, PixelType::kF32);
  const std::span<float> values = gray.mutable_f32();
  values[0] = -1;
  values[1] = 0.5F;
  values[2] = 7;
  values[3] = std::numeric_limits<float>::quiet_NaN();
  const Image rgb = to_rgb_u8(gray);
  const std::vector<std::uint8_t> expected = {0, 0, 0, 128, 128, 128, 255, 255, 255, 0, 0, 0};
  EXPECT_TRUE(std::ranges::equal(rgb.u8(), expected));
}

TEST(ToRgbU8, OtherChannelsAreAUsageError) {
  for (const Image& image :
       {Image(), Image(2, 2, 2, PixelType::kU8), Image(2, 2, 4, PixelType::kF32)}) {
    try {
      to_rgb_u8(image);
      FAIL() << "no error";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    }
  }
}

}  // namespace
}  // namespace saker
