#include "image/image_rows.hpp"

#include <gtest/gtest.h>
#include <tiffio.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/atomic_file.hpp"
#include "core/file.hpp"
#include "error_message.hpp"
#include "image/encode.hpp"
#include "temporary_folder.hpp"

namespace saker {
namespace {

struct Layout {
  const char* name;
  std::uint32_t tile = 0;   // side of the tiles; 0: strips
  std::uint32_t strip = 0;  // rows of a strip
  int compression = COMPRESSION_ADOBE_DEFLATE;
  int bits = 8;
  int samples = 3;
  bool planar = false;
  int orientation = 1;
};

std::uint8_t byte_at(std::size_t i) { return static_cast<std::uint8_t>(i * 2654435761U >> 24); }

// Bytes that follow from their places.
void write_tiff(const std::string& path,
                std::uint32_t width,
                std::uint32_t height,
                const Layout& layout) {
  TIFF* tiff = TIFFOpen(path.c_str(), "w");
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, width);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, height);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, layout.bits);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, layout.samples);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_RGB);
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, layout.compression);
  TIFFSetField(tiff, TIFFTAG_ORIENTATION, layout.orientation);
  TIFFSetField(
      tiff, TIFFTAG_PLANARCONFIG, layout.planar ? PLANARCONFIG_SEPARATE : PLANARCONFIG_CONTIG);
  if (layout.tile > 0) {
    TIFFSetField(tiff, TIFFTAG_TILEWIDTH, layout.tile);
    TIFFSetField(tiff, TIFFTAG_TILELENGTH, layout.tile);
  } else {
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, layout.strip);
  }
  const auto blocks = layout.tile > 0 ? TIFFNumberOfTiles(tiff) : TIFFNumberOfStrips(tiff);
  const auto size =
      static_cast<std::size_t>(layout.tile > 0 ? TIFFTileSize(tiff) : TIFFStripSize(tiff));
  std::vector<std::uint8_t> block(size);
  for (std::uint32_t i = 0; i < blocks; ++i) {
    for (std::size_t k = 0; k < size; ++k) block[k] = byte_at(i * size + k);
    layout.tile > 0 ? TIFFWriteEncodedTile(tiff, i, block.data(), static_cast<tmsize_t>(size))
                    : TIFFWriteEncodedStrip(tiff, i, block.data(), static_cast<tmsize_t>(size));
  }
  TIFFClose(tiff);
}

// All rows, some at a time.
Image read_all(ImageRows& rows) {
  Image image(rows.height(), rows.width(), rows.channels(), rows.type());
  for (std::int64_t row = 0, count = 1; row < rows.height(); row += count, count = count % 7 + 1) {
    count = std::min(count, rows.left());
    rows.read(count, image, row);
  }
  EXPECT_EQ(rows.left(), 0);
  return image;
}

void expect_equal(const Image& a, const Image& b) {
  ASSERT_EQ(a.height(), b.height());
  ASSERT_EQ(a.width(), b.width());
  ASSERT_EQ(a.type(), b.type());
  if (a.type() == PixelType::kU8) {
    EXPECT_TRUE(std::ranges::equal(a.u8(), b.u8()));
  } else {
    EXPECT_TRUE(std::ranges::equal(a.f32(), b.f32()));
  }
}

class TiffRowsOf : public testing::TestWithParam<Layout> {};

TEST_P(TiffRowsOf, AreThoseOfReadImage) {
  const test::TemporaryFolder folder;
  write_tiff(folder / "a.tif", 75, 53, GetParam());
  expect_equal(read_all(*open_image_rows(folder / "a.tif")), read_image(folder / "a.tif"));
}

INSTANTIATE_TEST_SUITE_P(
    Layouts,
    TiffRowsOf,
    testing::Values(Layout{.name = "strips", .strip = 8},
                    Layout{.name = "one_strip", .strip = 53},
                    Layout{.name = "rows", .strip = 1, .compression = COMPRESSION_NONE},
                    Layout{.name = "plain_strip", .strip = 53, .compression = COMPRESSION_NONE},
                    Layout{.name = "lzw", .strip = 20, .compression = COMPRESSION_LZW},
                    Layout{.name = "tiles", .tile = 16},
                    Layout{.name = "deep_tiles", .tile = 32, .bits = 16},
                    Layout{.name = "deep_strips", .strip = 9, .bits = 16},
                    Layout{.name = "alpha", .strip = 9, .samples = 4},
                    Layout{.name = "planes", .strip = 9, .planar = true},
                    Layout{.name = "planes_in_tiles", .tile = 16, .planar = true},
                    Layout{.name = "turned", .strip = 9, .orientation = 6}),
    [](const auto& info) { return info.param.name; });

// 400 million pixels, more than read_image takes; of its strips the file holds nothing but zeros.
TEST(ImageRows, TiffMayHaveMorePixelsThanFitIntoMemory) {
  const test::TemporaryFolder folder;
  TIFF* tiff = TIFFOpen((folder / "a.tif").c_str(), "w8");
  constexpr std::uint32_t kSide = 20000;
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, kSide);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, kSide);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 8);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_PACKBITS);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 100);
  std::vector<std::uint8_t> strip(100 * kSide, 7);
  TIFFWriteEncodedStrip(tiff, 0, strip.data(), static_cast<tmsize_t>(strip.size()));
  TIFFClose(tiff);
  EXPECT_THROW(read_image(folder / "a.tif"), Error);
  const auto rows = open_image_rows(folder / "a.tif");
  EXPECT_EQ(rows->height(), kSide);
  Image some(100, kSide, 3, PixelType::kU8);
  rows->read(100, some, 0);
  EXPECT_EQ(some.u8()[100 * kSide * 3 - 1], 7);
}

TEST(ImageRows, DamagedRowsAreAnErrorThatNamesTheFile) {
  const test::TemporaryFolder folder;
  const std::string path = (folder / "a.tif").string();
  write_tiff(path, 75, 53, {.name = "", .strip = 8, .compression = COMPRESSION_NONE});
  // The directory stands behind the pixels, whose last strips are cut out of the middle.
  const auto rows = open_image_rows(path);
  std::filesystem::resize_file(path, 75 * 3 * 30);
  Image image(53, 75, 3, PixelType::kU8);
  rows->read(20, image, 0);
  const std::string message =
      test::message_of(ErrorKind::kData, [&] { rows->read(33, image, 20); });
  EXPECT_TRUE(message.starts_with(path)) << message;
}

TEST(ImageRows, OtherFormatsComeFromMemory) {
  const test::TemporaryFolder folder;
  Image image(9, 5, 3, PixelType::kU8);
  for (std::size_t i = 0; i < image.value_count(); ++i) image.mutable_u8()[i] = byte_at(i);
  write_image(folder / "a.png", image);
  expect_equal(read_all(*open_image_rows(folder / "a.png")), image);
}

TEST(ImageRows, WhatIsNoImageFailsAsReadImageDoes) {
  const test::TemporaryFolder folder;
  const std::string path = (folder / "a.tif").string();
  EXPECT_THROW(open_image_rows(path), Error);
  for (const std::string content : {"", "II*", "II*\0\0\0\0\0", "no image"}) {
    write_file_atomically(path, content);
    const std::string message = test::message_of(ErrorKind::kData, [&] { open_image_rows(path); });
    EXPECT_TRUE(message.starts_with(path)) << message;
  }
}

TEST(ImageRows, ReadingPastTheEndIsRefused) {
  const Image image(4, 5, 3, PixelType::kU8);
  Image target(4, 5, 3, PixelType::kU8), narrow(4, 4, 3, PixelType::kU8);
  EXPECT_THROW(rows_of(image)->read(5, target, 0), Error);
  EXPECT_THROW(rows_of(image)->read(2, target, 3), Error);
  EXPECT_THROW(rows_of(image)->read(2, narrow, 0), Error);
}

}  // namespace
}  // namespace saker
