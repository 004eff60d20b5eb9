#include "image/exif_orientation.hpp"

#include <gtest/gtest.h>

#include <array>

#include "bytes.hpp"
#include "golden.hpp"
#include "image/encode.hpp"
#include "image/read_image.hpp"

namespace saker {
namespace {

test::Bytes exif(int value, bool big_endian, int type = 3) {
  test::Bytes bytes;
  bytes.text(big_endian ? "MM" : "II").u16(42, big_endian).u32(8, big_endian).u16(2, big_endian);
  bytes.u16(0x0100, big_endian).u16(3, big_endian).u32(1, big_endian).u32(0, big_endian);
  bytes.u16(0x0112, big_endian)
      .u16(static_cast<std::uint32_t>(type), big_endian)
      .u32(1, big_endian);
  if (type == 3) {
    bytes.u16(static_cast<std::uint32_t>(value), big_endian).u16(0, big_endian);
  } else {
    bytes.u32(static_cast<std::uint32_t>(value), big_endian);
  }
  return bytes.u32(0, big_endian);
}

TEST(ExifOrientation, IsFoundInBothByteOrders) {
  for (const bool big_endian : {false, true}) {
    for (int value = 1; value <= 8; ++value) {
      EXPECT_EQ(parse_exif_orientation(exif(value, big_endian)), value);
      EXPECT_EQ(parse_exif_orientation(exif(value, big_endian, 4)), value);
      const test::Bytes prefixed =
          test::Bytes().text(std::string_view("Exif\0\0", 6)).append(exif(value, big_endian));
      EXPECT_EQ(parse_exif_orientation(prefixed), value);
    }
  }
}

TEST(ExifOrientation, WhatIsInvalidCountsAsOne) {
  for (const int value : {0, 9, 255, 65535})
    EXPECT_EQ(parse_exif_orientation(exif(value, false)), 1);
  EXPECT_EQ(parse_exif_orientation(exif(6, false, 2)), 1);
  EXPECT_EQ(parse_exif_orientation({}), 1);
  EXPECT_EQ(parse_exif_orientation(test::Bytes().text("II*").zeros(1).u32(0xFFFFFFF0)), 1);
  EXPECT_EQ(parse_exif_orientation(test::Bytes().text("IM").u16(42).u32(8)), 1);
  const test::Bytes whole = exif(6, true);
  for (std::size_t size = 0; size < 30; ++size) {
    const int found = parse_exif_orientation(std::span(whole.get()).first(size));
    EXPECT_EQ(found, 1) << size;
  }
}

// A 2 x 3 picture a b c / d e f and its upright forms, by the definition of the eight values.
TEST(ExifOrientation, TurnsByTheDefinition) {
  const std::array<std::string, 9> upright{"",
                                           "abc/def",
                                           "cba/fed",
                                           "fed/cba",
                                           "def/abc",
                                           "ad/be/cf",
                                           "da/eb/fc",
                                           "fc/eb/da",
                                           "cf/be/ad"};
  for (const PixelType type : {PixelType::kU8, PixelType::kF32}) {
    for (const std::int64_t channels : {1, 3}) {
      Image image(2, 3, channels, type);
      for (std::size_t i = 0; i < image.value_count(); ++i) {
        const std::size_t pixel = i / static_cast<std::size_t>(channels);
        const std::size_t channel = i % static_cast<std::size_t>(channels);
        if (type == PixelType::kU8)
          image.mutable_u8()[i] = static_cast<std::uint8_t>('a' + pixel + 10 * channel);
        if (type == PixelType::kF32)
          image.mutable_f32()[i] = static_cast<float>('a' + pixel + 10 * channel);
      }
      for (int orientation = 1; orientation <= 8; ++orientation) {
        const Image turned = apply_exif_orientation(image, orientation);
        std::string found;
        for (std::size_t i = 0; i < turned.value_count(); i += static_cast<std::size_t>(channels)) {
          if (i > 0 && i % static_cast<std::size_t>(turned.width() * channels) == 0) found += '/';
          const int first =
              type == PixelType::kU8 ? turned.u8()[i] : static_cast<int>(turned.f32()[i]);
          const std::size_t last_index = i + static_cast<std::size_t>(channels) - 1;
          const int last = type == PixelType::kU8 ? turned.u8()[last_index]
                                                  : static_cast<int>(turned.f32()[last_index]);
          EXPECT_EQ(last, first + 10 * (channels - 1));
          found += static_cast<char>(first);
        }
        EXPECT_EQ(found, upright[static_cast<std::size_t>(orientation)]) << orientation;
      }
    }
  }
}

TEST(ExifOrientation, OtherValuesLeaveTheImageAlone) {
  const Image image(2, 3, 3, PixelType::kU8);
  for (const int orientation : {-1, 0, 1, 9})
    EXPECT_EQ(apply_exif_orientation(image, orientation).u8().data(), image.u8().data());
}

TEST(ExifOrientation, TheSamePhotographInThreeOrientationsIsTheSame) {
  SAKER_DATA(folder, "formats");
  const Image plain = read_image(folder / "rgb.bmp");
  for (const char* name :
       {"exif_orientation_3.jpg", "exif_orientation_6.jpeg", "exif_orientation_6.webp"}) {
    const Image image = read_image(folder / name);
    ASSERT_EQ(image.value_count(), plain.value_count());
    double difference = 0.0;
    for (std::size_t i = 0; i < plain.value_count(); ++i)
      difference += std::abs(image.u8()[i] - plain.u8()[i]);
    EXPECT_LT(difference / static_cast<double>(plain.value_count()), 8.0) << name;
  }
}

TEST(ExifOrientation, OfAJpegSegment) {
  const Image image(8, 16, 3, PixelType::kU8);
  const std::vector<std::byte> jpeg = encode_jpeg(image);
  for (int value = 0; value <= 9; ++value) {
    const test::Bytes block =
        test::Bytes().text(std::string_view("Exif\0\0", 6)).append(exif(value, true));
    test::Bytes file;
    file.append(std::span(jpeg).first(2))
        .u8({0xFF, 0xE1})
        .u16(static_cast<std::uint32_t>(block.size() + 2), true)
        .append(block);
    file.append(std::span(jpeg).subspan(2));
    EXPECT_EQ(decode_image(file, "a").height(), value >= 5 && value <= 8 ? 16 : 8) << value;
  }
}

}  // namespace
}  // namespace saker
