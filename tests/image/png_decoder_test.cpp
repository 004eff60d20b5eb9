#include "image/png_decoder.hpp"

#include <gtest/gtest.h>
#include <png.h>

#include <cstdint>
#include <vector>

#include "bytes.hpp"
#include "image/encode.hpp"
#include "image/read_image.hpp"

namespace saker {
namespace {

// A PNG of one row-major buffer of packed samples.
std::vector<std::byte> write_png(int width,
                                 int height,
                                 int bits,
                                 int colour_type,
                                 std::vector<std::uint8_t> rows,
                                 bool interlaced = false,
                                 int orientation = 1) {
  std::vector<std::byte> file;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(
      png,
      &file,
      [](png_structp self, png_bytep data, std::size_t size) {
        const auto* bytes = reinterpret_cast<const std::byte*>(data);
        auto* target = static_cast<std::vector<std::byte>*>(png_get_io_ptr(self));
        target->insert(target->end(), bytes, bytes + size);
      },
      [](png_structp) {});
  png_set_IHDR(png,
               info,
               static_cast<png_uint_32>(width),
               static_cast<png_uint_32>(height),
               bits,
               colour_type,
               interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  if (colour_type == PNG_COLOR_TYPE_PALETTE) {
    const png_color palette[] = {{255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {9, 8, 7}};
    png_set_PLTE(png, info, palette, 4);
    const png_byte alpha[] = {0, 128};
    png_set_tRNS(png, info, alpha, 2, nullptr);
  }
  if (orientation != 1) {
    png_byte exif[] = {'M', 'M',  0, 42, 0, 0, 0, 8, 0, 1,
                       1,   0x12, 0, 3,  0, 0, 0, 1, 0, static_cast<png_byte>(orientation),
                       0,   0,    0, 0,  0, 0};
    png_set_eXIf_1(png, info, sizeof(exif), exif);
  }
  png_write_info(png, info);
  std::vector<png_bytep> pointers;
  const std::size_t stride = rows.size() / static_cast<std::size_t>(height);
  for (int y = 0; y < height; ++y)
    pointers.push_back(rows.data() + static_cast<std::size_t>(y) * stride);
  png_write_image(png, pointers.data());
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return file;
}

TEST(PngDecoder, GrayOfFewBitsIsStretched) {
  EXPECT_EQ(test::values(decode_png(write_png(2, 1, 1, PNG_COLOR_TYPE_GRAY, {0x40})).image),
            (std::vector{0, 0, 0, 255, 255, 255}));
  EXPECT_EQ(test::values(decode_png(write_png(2, 1, 2, PNG_COLOR_TYPE_GRAY, {0x60})).image),
            (std::vector{85, 85, 85, 170, 170, 170}));
  EXPECT_EQ(test::values(decode_png(write_png(2, 1, 4, PNG_COLOR_TYPE_GRAY, {0x1F})).image),
            (std::vector{17, 17, 17, 255, 255, 255}));
}

TEST(PngDecoder, AlphaIsDropped) {
  EXPECT_EQ(
      test::values(decode_png(write_png(1, 1, 8, PNG_COLOR_TYPE_RGB_ALPHA, {1, 2, 3, 4})).image),
      (std::vector{1, 2, 3}));
  EXPECT_EQ(test::values(decode_png(write_png(1, 1, 8, PNG_COLOR_TYPE_GRAY_ALPHA, {5, 0})).image),
            (std::vector{5, 5, 5}));
}

TEST(PngDecoder, PalettesAreExpandedWithoutTheirTransparency) {
  EXPECT_EQ(test::values(decode_png(write_png(3, 1, 2, PNG_COLOR_TYPE_PALETTE, {0x1C})).image),
            (std::vector{255, 0, 0, 0, 255, 0, 9, 8, 7}));
}

TEST(PngDecoder, SixteenBitsBecomeFractions) {
  for (const bool interlaced : {false, true}) {
    const Image image =
        decode_png(write_png(2, 1, 16, PNG_COLOR_TYPE_GRAY, {0xFF, 0xFF, 0x01, 0x02}, interlaced))
            .image;
    ASSERT_EQ(image.type(), PixelType::kF32);
    EXPECT_EQ(image.f32()[0], 1.0F);
    EXPECT_EQ(image.f32()[5], 258.0F / 65535.0F);
  }
  const Image rgba =
      decode_png(write_png(1, 1, 16, PNG_COLOR_TYPE_RGB_ALPHA, {0, 1, 0, 2, 0, 3, 0, 4})).image;
  EXPECT_EQ(rgba.f32()[2], 3.0F / 65535.0F);
}

TEST(PngDecoder, InterlacedRowsComeOutInOrder) {
  std::vector<std::uint8_t> rows(9 * 7 * 3);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<std::uint8_t>(i);
  const Image image = decode_png(write_png(9, 7, 8, PNG_COLOR_TYPE_RGB, rows, true)).image;
  EXPECT_TRUE(std::equal(rows.begin(), rows.end(), image.u8().begin()));
}

TEST(PngDecoder, TheOrientationChunkIsFollowed) {
  const std::vector<std::byte> file =
      write_png(2, 1, 8, PNG_COLOR_TYPE_RGB, {1, 2, 3, 4, 5, 6}, false, 3);
  EXPECT_EQ(test::values(decode_image(file, "a")), (std::vector{4, 5, 6, 1, 2, 3}));
}

TEST(PngDecoder, SizesThatLieAreRefusedEarly) {
  const auto header = [](std::uint32_t width, std::uint32_t height) {
    test::Bytes chunk;
    chunk.text("IHDR").u32(width, true).u32(height, true).u8({8, 2, 0, 0, 0});
    std::uint32_t crc = 0xFFFFFFFF;
    for (const std::byte byte : chunk.get()) {
      crc ^= static_cast<std::uint32_t>(byte);
      for (int i = 0; i < 8; ++i) crc = (crc >> 1) ^ (0xEDB88320 & (0 - (crc & 1)));
    }
    test::Bytes file =
        test::Bytes().text("\x89PNG\r\n\x1A\n").u32(13, true).append(chunk).u32(~crc, true);
    return file.u32(0, true).text("IDAT").u32(0x35AF061E, true);
  };
  EXPECT_NE(test::data_error(header(1000000, 1000000)).find("1000000 x 1000000 pixels, more than"),
            std::string::npos);
  EXPECT_NE(test::data_error(header(10000, 10000)).find("cannot hold them"), std::string::npos);
  EXPECT_NE(test::data_error(header(10, 10)).find("truncated"), std::string::npos);
}

}  // namespace
}  // namespace saker
