#include "transforms/placed_image.hpp"

#include <gtest/gtest.h>

#include "core/random_stream.hpp"
#include "saker/error.hpp"
#include "test_image.hpp"

namespace saker {
namespace {

// The same steps, each on pixels.
Image slow_pad(const Image& image, const Padding& padding, std::uint8_t fill) {
  Image out(image.height() + padding.top + padding.bottom,
            image.width() + padding.left + padding.right,
            3,
            PixelType::kU8);
  std::ranges::fill(out.mutable_u8(), fill);
  for (std::int64_t y = 0; y < image.height(); ++y) {
    for (std::int64_t x = 0; x < image.width() * 3; ++x) {
      out.mutable_u8()[static_cast<std::size_t>((y + padding.top) * out.width() * 3 +
                                                padding.left * 3 + x)] =
          image.u8()[static_cast<std::size_t>(y * image.width() * 3 + x)];
    }
  }
  return out;
}

template <typename From>
Image slow_map(std::int64_t height, std::int64_t width, const Image& image, From from) {
  Image out(height, width, 3, PixelType::kU8);
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      const auto [sy, sx] = from(y, x);
      for (std::int64_t c = 0; c < 3; ++c) {
        out.mutable_u8()[static_cast<std::size_t>((y * width + x) * 3 + c)] =
            image.u8()[static_cast<std::size_t>((sy * image.width() + sx) * 3 + c)];
      }
    }
  }
  return out;
}

using Place = std::pair<std::int64_t, std::int64_t>;

TEST(PlacedImage, AnyOrderOfStepsEqualsTheStepsOnPixels) {
  RandomStream draws({.seed = 1, .purpose = "test"});
  for (int round = 0; round < 300; ++round) {
    const Image source =
        test::noise_image("placed", draws.uniform_int(1, 9), draws.uniform_int(1, 9));
    PlacedImage placed(source);
    Image pixels = source;
    for (int step = 0; step < 6; ++step) {
      const std::int64_t h = pixels.height();
      const std::int64_t w = pixels.width();
      switch (draws.uniform_int(0, 4)) {
        case 0: {
          const Padding padding = {draws.uniform_int(0, 3),
                                   draws.uniform_int(0, 3),
                                   draws.uniform_int(0, 3),
                                   draws.uniform_int(0, 3)};
          const auto fill = static_cast<std::uint8_t>(draws.uniform_int(0, 2) * 100);
          placed.pad(padding, fill);
          pixels = slow_pad(pixels, padding, fill);
          break;
        }
        case 1: {
          CropRectangle crop;
          crop.left = draws.uniform_int(0, w - 1);
          crop.top = draws.uniform_int(0, h - 1);
          crop.width = draws.uniform_int(1, w - crop.left);
          crop.height = draws.uniform_int(1, h - crop.top);
          placed.crop(crop);
          pixels = slow_map(crop.height, crop.width, pixels, [&](auto y, auto x) {
            return Place(y + crop.top, x + crop.left);
          });
          break;
        }
        case 2:
          placed.flip_horizontal();
          pixels = slow_map(h, w, pixels, [&](auto y, auto x) { return Place(y, w - 1 - x); });
          break;
        case 3:
          placed.flip_vertical();
          pixels = slow_map(h, w, pixels, [&](auto y, auto x) { return Place(h - 1 - y, x); });
          break;
        default: {
          const int turns = static_cast<int>(draws.uniform_int(0, 3));
          placed.rotate_90(turns);
          for (int turn = 0; turn < turns; ++turn) {
            const std::int64_t width = pixels.width();
            pixels = slow_map(width, pixels.height(), pixels, [&](auto y, auto x) {
              return Place(x, width - 1 - y);
            });
          }
        }
      }
    }
    const Image canvas = placed.materialize();
    ASSERT_EQ(canvas.height(), pixels.height());
    ASSERT_EQ(canvas.width(), pixels.width());
    ASSERT_EQ(test::difference(canvas.u8(), pixels.u8()).largest, 0) << "round " << round;
  }
}

TEST(PlacedImage, FloatImagesKeepTheirFill) {
  PlacedImage placed(test::as_float(test::noise_image("placed", 2, 2)));
  placed.pad({.top = 1, .left = 1}, 0.25);
  EXPECT_FLOAT_EQ(placed.materialize().f32()[0], 0.25F);
}

TEST(PlacedImage, UntouchedImagesShareTheirPixels) {
  const Image source = test::noise_image("placed", 4, 5);
  EXPECT_EQ(PlacedImage(source).materialize().u8().data(), source.u8().data());
}

TEST(PlacedImage, ACropOutsideIsADefect) {
  PlacedImage placed(test::noise_image("placed", 4, 5));
  EXPECT_THROW(placed.crop({.left = 3, .top = 0, .width = 3, .height = 1}), Error);
  EXPECT_THROW(placed.crop({.left = 0, .top = 0, .width = 0, .height = 1}), Error);
}

}  // namespace
}  // namespace saker
