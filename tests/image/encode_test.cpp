#include "image/encode.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "bytes.hpp"
#include "fill.hpp"
#include "image/read_image.hpp"
#include "temporary_folder.hpp"

namespace saker {
namespace {

Image noise(std::int64_t height, std::int64_t width, std::int64_t channels) {
  Image image(height, width, channels, PixelType::kU8);
  const std::vector<std::uint8_t> values = test::noise_u8("encode", height * width * channels);
  std::copy(values.begin(), values.end(), image.mutable_u8().begin());
  return image;
}

TEST(Encode, PngRoundTripIsExact) {
  const Image rgb = noise(13, 29, 3);
  EXPECT_EQ(test::values(decode_image(encode_png(rgb), "a")), test::values(rgb));
  const Image gray = noise(5, 7, 1);
  const Image read = decode_image(encode_png(gray), "a");
  for (std::size_t i = 0; i < read.value_count(); ++i) EXPECT_EQ(read.u8()[i], gray.u8()[i / 3]);
}

TEST(Encode, WebpRoundTripIsClose) {
  Image image(40, 50, 3, PixelType::kU8);
  for (std::size_t i = 0; i < image.value_count(); ++i)
    image.mutable_u8()[i] = static_cast<std::uint8_t>(i / 150 * 5);
  const Image read = decode_image(encode_webp(image), "a");
  ASSERT_EQ(read.value_count(), image.value_count());
  for (std::size_t i = 0; i < read.value_count(); ++i)
    ASSERT_NEAR(read.u8()[i], image.u8()[i], 8) << i;
  const Image gray(5, 7, 1, PixelType::kU8);
  EXPECT_EQ(decode_image(encode_webp(gray), "a").width(), 7);
  EXPECT_THROW(encode_webp(Image(1, 20000, 1, PixelType::kU8)), Error);
}

TEST(Encode, JpegRoundTripIsClose) {
  Image image(40, 50, 3, PixelType::kU8);
  for (std::size_t i = 0; i < image.value_count(); ++i)
    image.mutable_u8()[i] = static_cast<std::uint8_t>(i / 150 * 5 + i % 3 * 20);
  const Image read = decode_image(encode_jpeg(image), "a");
  for (std::size_t i = 0; i < read.value_count(); ++i)
    ASSERT_NEAR(read.u8()[i], image.u8()[i], 6) << i;
  EXPECT_LT(encode_jpeg(noise(64, 64, 3), 30).size(), encode_jpeg(noise(64, 64, 3), 95).size());
}

TEST(Encode, FloatsAreClampedAndRounded) {
  Image image(1, 5, 1, PixelType::kF32);
  const float values[] = {
      -1.0F, 0.5F, 2.0F, 100.4F / 255.0F, std::numeric_limits<float>::quiet_NaN()};
  std::copy(std::begin(values), std::end(values), image.mutable_f32().begin());
  const Image read = decode_image(encode_png(image), "a");
  const int expected[] = {0, 128, 255, 100, 0};
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(read.u8()[3 * i], expected[i]);
}

TEST(Encode, TheExtensionChoosesTheFormat) {
  const test::TemporaryFolder folder;
  const Image image = noise(6, 6, 3);
  for (const char* name : {"a.png", "b.PNG", "c.jpg", "sub/d.JPEG"}) {
    write_image(folder / name, image);
    EXPECT_EQ(read_image(folder / name).width(), 6);
  }
  try {
    write_image(folder / "a.gif", image);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_NE(std::string(error.what()).find(".gif"), std::string::npos);
  }
}

TEST(Encode, WhatCannotBeWrittenIsAnError) {
  EXPECT_THROW(encode_png(Image()), Error);
  EXPECT_THROW(encode_png(Image(1, 1, 2, PixelType::kU8)), Error);
  EXPECT_THROW(encode_jpeg(Image(1, 1, 4, PixelType::kU8)), Error);
  EXPECT_THROW(encode_jpeg(Image(1, 70000, 1, PixelType::kU8)), Error);
}

}  // namespace
}  // namespace saker
