#include "image/draw/comparison.hpp"

#include <gtest/gtest.h>

#include "fill.hpp"

namespace saker {
namespace {

Image noise(std::int64_t height, std::int64_t width) {
  Image image(height, width, 3, PixelType::kU8);
  std::ranges::copy(test::noise_u8("compared", height * width * 3), image.mutable_u8().begin());
  return image;
}

// A part of an image.
Image part(const Image& image,
           std::int64_t left,
           std::int64_t top,
           std::int64_t width,
           std::int64_t height) {
  Image result(height, width, 3, PixelType::kU8);
  for (std::int64_t y = 0; y < height; ++y) {
    const auto row =
        image.u8().subspan(static_cast<std::size_t>(3 * ((top + y) * image.width() + left)),
                           static_cast<std::size_t>(3 * width));
    std::ranges::copy(row, result.mutable_u8().begin() + 3 * y * width);
  }
  return result;
}

TEST(DrawComparison, HoldsBothPicturesAsTheyAreDrawnAlone) {
  const Image image = noise(90, 120);
  const std::vector<DrawnBox> labelled = {{.box = {10, 10, 50, 60}, .class_id = 1, .text = "a"}};
  const std::vector<DrawnBox> detected = {{.box = {12, 8, 55, 61}, .class_id = 2, .text = "b 0.9"}};
  const Image picture = draw_comparison(image, labelled, detected);
  const std::int64_t top = picture.height() - image.height();
  const std::int64_t second = picture.width() - image.width();
  EXPECT_GT(top, 10);
  EXPECT_GT(second, image.width());
  EXPECT_TRUE(
      std::ranges::equal(part(picture, 0, top, 120, 90).u8(), draw_boxes(image, labelled).u8()));
  EXPECT_TRUE(std::ranges::equal(part(picture, second, top, 120, 90).u8(),
                                 draw_boxes(image, detected).u8()));
}

TEST(DrawComparison, SaysWhichSideIsWhich) {
  const Image image = noise(200, 300);
  const std::vector<DrawnBox> one = {{.box = {10, 10, 50, 60}}};
  const Image none = draw_comparison(image, {}, {});
  const Image some = draw_comparison(image, one, {});
  ASSERT_EQ(none.width(), some.width());
  const std::int64_t top = none.height() - image.height();
  const auto header = [&](const Image& picture, bool right) {
    return part(picture, right ? picture.width() - 300 : 0, 0, 300, top);
  };
  EXPECT_FALSE(std::ranges::equal(header(none, false).u8(), header(none, true).u8()));
  EXPECT_FALSE(std::ranges::equal(header(none, false).u8(), header(some, false).u8()));
  EXPECT_TRUE(std::ranges::equal(header(none, true).u8(), header(some, true).u8()));
}

TEST(DrawComparison, FitsTinyImages) {
  const Image picture = draw_comparison(noise(4, 6), {}, {});
  EXPECT_GT(picture.width(), 12);
}

}  // namespace
}  // namespace saker
