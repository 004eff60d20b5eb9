#include "image/tiff_decoder.hpp"

#include <gtest/gtest.h>
#include <tiffio.h>

#include <array>
#include <cstdint>
#include <vector>

#include "bytes.hpp"
#include "core/file.hpp"
#include "image/read_image.hpp"
#include "temporary_folder.hpp"

namespace saker {
namespace {

struct Page {
  std::uint32_t width = 2;
  std::uint32_t height = 1;
  int bits = 8;
  int samples = 1;
  int photometric = PHOTOMETRIC_MINISBLACK;
  int format = SAMPLEFORMAT_UINT;
  int compression = COMPRESSION_NONE;
  int orientation = 1;
  bool planar = false;
  std::uint32_t tile = 0;                   // side of the tiles, 0 for one strip
  std::vector<std::uint16_t> palette = {};  // red, green and blue after one another

  // `data` are the packed rows, plane after plane.
  Image decode(std::vector<std::uint8_t> data) const {
    const test::TemporaryFolder folder;
    const std::string path = (folder / "a.tif").string();
    TIFF* tiff = TIFFOpen(path.c_str(), "w");
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, width);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, height);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, bits);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, samples);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, photometric);
    TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, format);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, compression);
    TIFFSetField(tiff, TIFFTAG_ORIENTATION, orientation);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, planar ? PLANARCONFIG_SEPARATE : PLANARCONFIG_CONTIG);
    if (!palette.empty()) {
      const std::size_t count = palette.size() / 3;
      TIFFSetField(tiff,
                   TIFFTAG_COLORMAP,
                   palette.data(),
                   palette.data() + count,
                   palette.data() + 2 * count);
    }
    const std::size_t planes = planar ? static_cast<std::size_t>(samples) : 1;
    if (tile > 0) {
      TIFFSetField(tiff, TIFFTAG_TILEWIDTH, tile);
      TIFFSetField(tiff, TIFFTAG_TILELENGTH, tile);
      write_tiles(tiff, data);
    } else {
      TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, height);
      const std::size_t size = data.size() / planes;
      for (std::size_t plane = 0; plane < planes; ++plane) {
        TIFFWriteEncodedStrip(tiff,
                              static_cast<std::uint32_t>(plane),
                              data.data() + plane * size,
                              static_cast<tmsize_t>(size));
      }
    }
    TIFFClose(tiff);
    return decode_image(read_file(path), "a.tif");
  }

 private:
  // 8-bit samples only.
  void write_tiles(TIFF* tiff, const std::vector<std::uint8_t>& data) const {
    const auto pixel = static_cast<std::size_t>(samples);
    std::vector<std::uint8_t> block(std::size_t{tile} * tile * pixel);
    for (std::uint32_t y0 = 0; y0 < height; y0 += tile) {
      for (std::uint32_t x0 = 0; x0 < width; x0 += tile) {
        for (std::uint32_t y = y0; y < std::min(y0 + tile, height); ++y) {
          const std::size_t count = std::min(tile, width - x0) * pixel;
          std::copy_n(data.data() + (y * width + x0) * pixel,
                      count,
                      block.data() + (y - y0) * tile * pixel);
        }
        TIFFWriteTile(tiff, block.data(), x0, y0, 0, 0);
      }
    }
  }
};

template <typename Value>
std::vector<std::uint8_t> bytes_of(const std::vector<Value>& values) {
  const auto* first = reinterpret_cast<const std::uint8_t*>(values.data());
  return {first, first + values.size() * sizeof(Value)};
}

TEST(TiffDecoder, GrayOfEveryWidth) {
  EXPECT_EQ(test::values(Page{.bits = 1}.decode({0x40})), (std::vector{0, 0, 0, 255, 255, 255}));
  EXPECT_EQ(test::values(Page{.bits = 1, .photometric = PHOTOMETRIC_MINISWHITE}.decode({0x40})),
            (std::vector{255, 255, 255, 0, 0, 0}));
  EXPECT_EQ(test::values(Page{.bits = 4}.decode({0x1F})), (std::vector{17, 17, 17, 255, 255, 255}));
  EXPECT_EQ(test::values(Page{.photometric = PHOTOMETRIC_MINISWHITE}.decode({1, 255})),
            (std::vector{254, 254, 254, 0, 0, 0}));
  const Image deep = Page{.bits = 16}.decode(bytes_of(std::vector<std::uint16_t>{65535, 258}));
  EXPECT_EQ(deep.f32()[0], 1.0F);
  EXPECT_EQ(deep.f32()[5], 258.0F / 65535.0F);
  const Image twelve = Page{.bits = 12}.decode({0xFF, 0xF0, 0x01});
  EXPECT_EQ(twelve.f32()[0], 1.0F);
  EXPECT_EQ(twelve.f32()[3], 1.0F / 4095.0F);
}

TEST(TiffDecoder, FloatsAreAsStored) {
  const Image single = Page{.bits = 32, .format = SAMPLEFORMAT_IEEEFP}.decode(
      bytes_of(std::vector<float>{-3.5F, 1000.25F}));
  EXPECT_EQ(single.f32()[0], -3.5F);
  EXPECT_EQ(single.f32()[3], 1000.25F);
  const Image twice = Page{.bits = 64, .format = SAMPLEFORMAT_IEEEFP}.decode(
      bytes_of(std::vector<double>{0.1, 2.0}));
  EXPECT_EQ(twice.f32()[0], 0.1F);
  const Image half = Page{.bits = 16, .format = SAMPLEFORMAT_IEEEFP}.decode(
      bytes_of(std::vector<std::uint16_t>{0x3C00, 0xC100}));
  EXPECT_EQ(half.f32()[0], 1.0F);
  EXPECT_EQ(half.f32()[3], -2.5F);
}

TEST(TiffDecoder, SignedAndWideIntegersAreFractions) {
  const Image narrow = Page{.bits = 16, .format = SAMPLEFORMAT_INT}.decode(
      bytes_of(std::vector<std::int16_t>{32767, -32767}));
  EXPECT_EQ(narrow.f32()[0], 1.0F);
  EXPECT_EQ(narrow.f32()[3], -1.0F);
  const Image wide = Page{.bits = 32}.decode(bytes_of(std::vector<std::uint32_t>{0xFFFFFFFF, 0}));
  EXPECT_EQ(wide.f32()[0], 1.0F);
}

TEST(TiffDecoder, AlphaAndFurtherSamplesAreDropped) {
  const Image rgba =
      Page{.samples = 4, .photometric = PHOTOMETRIC_RGB}.decode({1, 2, 3, 9, 4, 5, 6, 9});
  EXPECT_EQ(test::values(rgba), (std::vector{1, 2, 3, 4, 5, 6}));
  const Image gray = Page{.samples = 2}.decode({7, 99, 8, 99});
  EXPECT_EQ(test::values(gray), (std::vector{7, 7, 7, 8, 8, 8}));
}

TEST(TiffDecoder, PlanesAreInterleaved) {
  const Image image =
      Page{.samples = 3, .photometric = PHOTOMETRIC_RGB, .planar = true}.decode({1, 4, 2, 5, 3, 6});
  EXPECT_EQ(test::values(image), (std::vector{1, 2, 3, 4, 5, 6}));
}

TEST(TiffDecoder, CmykIsMultipliedOut) {
  const Image image =
      Page{.samples = 4, .photometric = PHOTOMETRIC_SEPARATED}.decode({0, 255, 0, 0, 0, 0, 0, 155});
  EXPECT_EQ(test::values(image), (std::vector{255, 0, 255, 100, 100, 100}));
}

TEST(TiffDecoder, Palettes) {
  Page page{.bits = 2, .photometric = PHOTOMETRIC_PALETTE};
  page.palette = {0, 0x0100, 0x0200, 0xFF00, 0, 0x1100, 0x1200, 0x1300, 0, 0x2100, 0x2200, 0x2300};
  EXPECT_EQ(test::values(page.decode({0x70})), (std::vector{1, 17, 33, 255, 19, 35}));
  page.palette = {0, 1, 2, 255, 0, 11, 12, 13, 0, 21, 22, 23};
  EXPECT_EQ(test::values(page.decode({0x70})), (std::vector{1, 11, 21, 255, 13, 23}));
}

TEST(TiffDecoder, TilesAndCompressions) {
  Page page{.width = 37, .height = 21, .samples = 3, .photometric = PHOTOMETRIC_RGB, .tile = 16};
  std::vector<std::uint8_t> data(37 * 21 * 3);
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::uint8_t>(i * 7 % 251);
  for (const int compression :
       {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE, COMPRESSION_PACKBITS}) {
    page.compression = compression;
    const Image image = page.decode(data);
    EXPECT_TRUE(std::equal(data.begin(), data.end(), image.u8().begin())) << compression;
  }
}

TEST(TiffDecoder, TheOrientationTagIsAlwaysFollowed) {
  const Image image = Page{.samples = 3, .photometric = PHOTOMETRIC_RGB, .orientation = 6}.decode(
      {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(image.height(), 2);
  EXPECT_EQ(test::values(image), (std::vector{1, 2, 3, 4, 5, 6}));
}

TEST(TiffDecoder, YcbcrWithoutJpegGoesThroughLibtiff) {
  const Image image =
      Page{.width = 2, .height = 2, .samples = 3, .photometric = PHOTOMETRIC_YCBCR}.decode(
          {80, 80, 80, 80, 128, 128, 80, 80, 80, 80, 128, 128});
  EXPECT_EQ(image.channels(), 3);
  EXPECT_NEAR(image.u8()[0], 80, 1);
}

// A directory of the tags (number, type, count, value), of which the sizes lie.
test::Bytes directory(const std::vector<std::array<std::uint32_t, 3>>& tags) {
  test::Bytes bytes;
  bytes.text("II").u16(42).u32(8).u16(static_cast<std::uint32_t>(tags.size()));
  for (const auto& [tag, type, value] : tags) bytes.u16(tag).u16(type).u32(1).u32(value);
  return bytes.u32(0);
}

TEST(TiffDecoder, SizesThatLieAreErrors) {
  constexpr std::uint32_t kShort = 3;
  constexpr std::uint32_t kLong = 4;
  const auto strip = [](std::uint32_t side, std::uint32_t samples) {
    return directory({{256, kLong, side},
                      {257, kLong, side},
                      {258, kShort, 8},
                      {262, kShort, 1},
                      {273, kLong, 8},
                      {277, kShort, samples},
                      {278, kLong, side},
                      {279, kLong, 100000000}});
  };
  EXPECT_NE(test::data_error(strip(1000000, 1)).find("more than"), std::string::npos);
  EXPECT_NE(test::data_error(strip(10000, 1)), "");
  EXPECT_NE(test::data_error(strip(10000, 65535)), "");
  EXPECT_NE(test::data_error(directory({{256, kLong, 10},
                                        {257, kLong, 10},
                                        {258, kShort, 8},
                                        {322, kLong, 0x10000000},
                                        {323, kLong, 0x10000000},
                                        {324, kLong, 8},
                                        {325, kLong, 9}})),
            "");
  EXPECT_NE(test::data_error(directory({})), "");
}

}  // namespace
}  // namespace saker
