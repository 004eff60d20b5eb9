#include "image/jpeg_decoder.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "bytes.hpp"
#include "core/file.hpp"
#include "golden.hpp"
#include "image/encode.hpp"

namespace saker {
namespace {

TEST(JpegDecoder, GrayIsReplicated) {
  Image image(16, 16, 1, PixelType::kU8);
  for (std::uint8_t& value : image.mutable_u8()) value = 90;
  const Image read = decode_jpeg(encode_jpeg(image)).image;
  ASSERT_EQ(read.channels(), 3);
  for (const std::uint8_t value : read.u8()) EXPECT_EQ(value, 90);
}

TEST(JpegDecoder, StoredRgbIsTakenAsItIs) {
  Image image(8, 8, 3, PixelType::kU8);
  for (std::size_t i = 0; i < image.value_count(); i += 3) image.mutable_u8()[i] = 255;
  const Image ycc = decode_jpeg(encode_jpeg(image), JpegColours::kStoredRgb).image;
  EXPECT_NEAR(ycc.u8()[0], 76, 1);
  EXPECT_NEAR(ycc.u8()[1], 85, 1);
  EXPECT_NEAR(ycc.u8()[2], 255, 1);
}

TEST(JpegDecoder, TwelveBitsAreAClearError) {
  SAKER_DATA(folder, "formats");
  EXPECT_NE(test::data_error(read_file(folder / "12bit.jpg"))
                .find("12 bits a sample, but 8 are supported"),
            std::string::npos);
  EXPECT_NE(test::data_error(read_file(folder / "truncated.jpg")).find("truncated"),
            std::string::npos);
}

TEST(JpegDecoder, SizesThatLieAreRefusedEarly) {
  std::vector<std::byte> jpeg = encode_jpeg(Image(8, 8, 3, PixelType::kU8));
  std::size_t frame = 0;
  while (!(jpeg[frame] == std::byte{0xFF} && jpeg[frame + 1] == std::byte{0xC0})) ++frame;
  jpeg[frame + 5] = jpeg[frame + 7] = std::byte{0xFF};
  EXPECT_NE(test::data_error(jpeg).find("65288 x 65288 pixels, more than the 268435456"),
            std::string::npos);
  jpeg[frame + 5] = jpeg[frame + 7] = std::byte{0x20};
  EXPECT_NE(test::data_error(jpeg).find("cannot hold them"), std::string::npos);
}

}  // namespace
}  // namespace saker
