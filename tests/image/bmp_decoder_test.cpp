#include "image/bmp_decoder.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "bytes.hpp"

namespace saker {
namespace {

struct Bitmap {
  std::int32_t width = 2;
  std::int32_t height = 1;
  std::uint32_t bits = 24;
  std::uint32_t compression = 0;
  std::vector<std::uint32_t> masks = {};    // behind the header
  std::vector<std::uint32_t> palette = {};  // 0xRRGGBB
  test::Bytes data = {};

  test::Bytes file() const {
    const auto offset = static_cast<std::uint32_t>(54 + 4 * (masks.size() + palette.size()));
    test::Bytes bytes;
    bytes.text("BM")
        .u32(offset + static_cast<std::uint32_t>(data.size()))
        .u32(0)
        .u32(offset)
        .u32(40);
    bytes.u32(static_cast<std::uint32_t>(width))
        .u32(static_cast<std::uint32_t>(height))
        .u16(1)
        .u16(bits)
        .u32(compression);
    bytes.u32(0).u32(0).u32(0).u32(static_cast<std::uint32_t>(palette.size())).u32(0);
    for (const std::uint32_t mask : masks) bytes.u32(mask);
    for (const std::uint32_t colour : palette) bytes.u32(colour);
    return bytes.append(data);
  }
  std::vector<int> decode() const { return test::values(decode_bmp(file())); }
};

TEST(BmpDecoder, BottomUpAndTopDown) {
  Bitmap bitmap{.width = 1, .height = 2};
  bitmap.data.u8({3, 2, 1, 0, 6, 5, 4, 0});
  EXPECT_EQ(bitmap.decode(), (std::vector{4, 5, 6, 1, 2, 3}));
  bitmap.height = -2;
  EXPECT_EQ(bitmap.decode(), (std::vector{1, 2, 3, 4, 5, 6}));
}

TEST(BmpDecoder, Palettes) {
  const std::vector<std::uint32_t> palette{0x010203, 0x040506, 0x070809, 0x0A0B0C};
  Bitmap bitmap{.bits = 1, .palette = {palette[0], palette[1]}};
  bitmap.data.u8({0x40, 0, 0, 0});
  EXPECT_EQ(bitmap.decode(), (std::vector{1, 2, 3, 4, 5, 6}));
  bitmap = {.bits = 2, .palette = palette};
  bitmap.data.u8({0xB0, 0, 0, 0});
  EXPECT_EQ(bitmap.decode(), (std::vector{7, 8, 9, 10, 11, 12}));
  bitmap = {.bits = 4, .palette = palette};
  bitmap.data.u8({0x31, 0, 0, 0});
  EXPECT_EQ(bitmap.decode(), (std::vector{10, 11, 12, 4, 5, 6}));
  bitmap = {.bits = 8, .palette = palette};
  bitmap.data.u8({2, 200, 0, 0});
  EXPECT_EQ(bitmap.decode(), (std::vector{7, 8, 9, 0, 0, 0}));
}

TEST(BmpDecoder, SixteenAndThirtyTwoBits) {
  Bitmap bitmap{.bits = 16};
  bitmap.data.u16(0x7C00).u16(0x0010);
  EXPECT_EQ(bitmap.decode(), (std::vector{255, 0, 0, 0, 0, 132}));
  bitmap = {.bits = 16, .compression = 3, .masks = {0xF800, 0x07E0, 0x001F}};
  bitmap.data.u16(0x07E0).u16(0xF81F);
  EXPECT_EQ(bitmap.decode(), (std::vector{0, 255, 0, 255, 0, 255}));
  bitmap = {.bits = 32};
  bitmap.data.u8({3, 2, 1, 99, 6, 5, 4, 0});
  EXPECT_EQ(bitmap.decode(), (std::vector{1, 2, 3, 4, 5, 6}));
  bitmap = {
      .width = 1, .bits = 32, .compression = 3, .masks = {0x000000FF, 0x0000FF00, 0x3FF00000}};
  bitmap.data.u32(0x3FF0807F);
  EXPECT_EQ(bitmap.decode(), (std::vector{127, 128, 255}));
}

TEST(BmpDecoder, RunLengths) {
  const std::vector<std::uint32_t> palette{0x000000, 0x010101, 0x020202, 0x030303};
  const auto reds = [](const Bitmap& bitmap) {
    std::vector<int> red;
    const std::vector<int> all = bitmap.decode();
    for (std::size_t i = 0; i < all.size(); i += 3) red.push_back(all[i]);
    return red;
  };
  // A run, the row's end, a literal with padding, the end.
  Bitmap bitmap{.width = 4, .height = 2, .bits = 8, .compression = 1, .palette = palette};
  bitmap.data.u8({3, 1, 0, 0, 0, 3, 1, 2, 3, 0, 0, 1});
  EXPECT_EQ(reds(bitmap), (std::vector{1, 2, 3, 0, 1, 1, 1, 0}));
  // A jump by (2, 1), and a run over the edge of the row.
  bitmap.data = test::Bytes().u8({0, 2, 2, 1, 9, 2, 0, 1});
  EXPECT_EQ(reds(bitmap), (std::vector{0, 0, 2, 2, 0, 0, 0, 0}));
  bitmap = {.width = 5, .height = 1, .bits = 4, .compression = 2, .palette = palette};
  bitmap.data.u8({2, 0x12, 0, 3, 0x32, 0x10, 0, 1});
  EXPECT_EQ(reds(bitmap), (std::vector{1, 2, 3, 2, 1}));
}

TEST(BmpDecoder, CoreHeader) {
  test::Bytes bytes;
  bytes.text("BM")
      .u32(0)
      .u32(0)
      .u32(14 + 12 + 6)
      .u32(12)
      .u16(1)
      .u16(1)
      .u16(1)
      .u16(1)
      .u8({3, 2, 1, 6, 5, 4, 0x80, 0, 0, 0});
  EXPECT_EQ(test::values(decode_bmp(bytes)), (std::vector{4, 5, 6}));
}

TEST(BmpDecoder, BadFilesAreErrors) {
  Bitmap bitmap{.width = 100000, .height = 100000};
  EXPECT_NE(test::data_error(bitmap.file()).find("more than"), std::string::npos);
  bitmap = {.width = 10000, .height = 10000};
  EXPECT_NE(test::data_error(bitmap.file()).find("truncated"), std::string::npos);
  bitmap = {.width = -5};
  EXPECT_NE(test::data_error(bitmap.file()).find("must be positive"), std::string::npos);
  bitmap = {.height = std::numeric_limits<std::int32_t>::min()};
  EXPECT_NE(test::data_error(bitmap.file()).find("more than"), std::string::npos);
  bitmap = {.bits = 7};
  EXPECT_NE(test::data_error(bitmap.file()).find("7 bits"), std::string::npos);
  bitmap = {.bits = 24, .compression = 4};
  EXPECT_NE(test::data_error(bitmap.file()).find("compression 4"), std::string::npos);
  bitmap = {.bits = 8, .compression = 1, .palette = {0}};
  bitmap.data.u8({3, 1});
  EXPECT_NE(test::data_error(bitmap.file()).find("truncated"), std::string::npos);
}

}  // namespace
}  // namespace saker
