#include "image/dicom_decoder.hpp"

#include <gtest/gtest.h>

#include "core/file.hpp"
#include "dicom_file.hpp"
#include "golden.hpp"

namespace saker {
namespace {

using test::DicomImage;

constexpr DicomWindow kNoWindow{DicomWindow::Mode::kNone, 0.0, 0.0};

// The first channel of an 8-bit picture.
std::vector<int> grays(const Image& image) {
  std::vector<int> gray;
  for (std::size_t i = 0; i < image.value_count(); i += 3) gray.push_back(image.u8()[i]);
  return gray;
}

DicomImage three(std::uint32_t a, std::uint32_t b, std::uint32_t c) {
  DicomImage image;
  image.pixels.u16(a).u16(b).u16(c);
  return image;
}

TEST(DicomDecoder, WithoutAWindowTheStoredRangeIsStretched) {
  EXPECT_EQ(grays(decode_dicom(three(100, 150, 300).file(), {})), (std::vector{0, 64, 255}));
  EXPECT_EQ(grays(decode_dicom(three(7, 7, 7).file(), {})), (std::vector{0, 0, 0}));
}

TEST(DicomDecoder, EightBitsFillTheirRangeAlready) {
  DicomImage image{.bits = 8, .stored = 8};
  image.pixels.u8({10, 20, 30});
  EXPECT_EQ(grays(decode_dicom(image.file(), {})), (std::vector{10, 20, 30}));
  EXPECT_EQ(grays(decode_dicom(image.file(), kNoWindow)), (std::vector{10, 20, 30}));
}

TEST(DicomDecoder, BitsBecomeBlackAndWhite) {
  DicomImage image{.bits = 1, .stored = 1};
  image.pixels.u8({0x02, 0});
  EXPECT_EQ(grays(decode_dicom(image.file(), {})), (std::vector{0, 255, 0}));
}

TEST(DicomDecoder, TheFilesFirstWindowIsUsedAfterSlopeAndIntercept) {
  DicomImage image = three(0, 50, 100);
  image.further = test::window("100.5\\1", "101\\2").append(test::slope("2", "0"));
  // x = 0, 100, 200 and ((x - 100) / 100 + 0.5) * 255.
  EXPECT_EQ(grays(decode_dicom(image.file(), {})), (std::vector{0, 128, 255}));
}

TEST(DicomDecoder, TheOtherWindowFunctions) {
  DicomImage image = three(50, 100, 150);
  image.further =
      test::window("100", "100").append(test::element(0x00281056, "CS", "LINEAR_EXACT"));
  EXPECT_EQ(grays(decode_dicom(image.file(), {})), (std::vector{0, 128, 255}));
  image.further = test::window("100", "100").append(test::element(0x00281056, "CS", "SIGMOID"));
  EXPECT_EQ(grays(decode_dicom(image.file(), {})), (std::vector{30, 128, 225}));
}

TEST(DicomDecoder, AFixedWindowOverridesTheFiles) {
  DicomImage image = three(0, 100, 200);
  image.further = test::window("5", "5");
  EXPECT_EQ(grays(decode_dicom(image.file(), {DicomWindow::Mode::kFixed, 100.5, 401.0})),
            (std::vector{64, 128, 191}));
}

TEST(DicomDecoder, Monochrome1IsInvertedUnlessUnscaled) {
  DicomImage image = three(0, 50, 255);
  image.photometric = "MONOCHROME1";
  EXPECT_EQ(grays(decode_dicom(image.file(), {})), (std::vector{255, 205, 0}));
  EXPECT_EQ(decode_dicom(image.file(), kNoWindow).f32()[6], 255.0F / 65535.0F);
}

TEST(DicomDecoder, UnscaledValues) {
  DicomImage image = three(0, 0xFFFF, 100);
  image.sign = 1;
  const Image signed_values = decode_dicom(image.file(), kNoWindow);
  EXPECT_FLOAT_EQ(signed_values.f32()[0], 32768.0F / 65535.0F);
  EXPECT_FLOAT_EQ(signed_values.f32()[3], 32767.0F / 65535.0F);
  image.further = test::slope("1", "-1024");
  const Image hounsfield = decode_dicom(image.file(), kNoWindow);
  EXPECT_EQ(hounsfield.f32()[0], -1024.0F);
  EXPECT_EQ(hounsfield.f32()[3], -1025.0F);
  EXPECT_EQ(hounsfield.f32()[8], -924.0F);
}

TEST(DicomDecoder, TwelveSignedBitsAreExtended) {
  DicomImage image = three(0x0FFF, 0x0800, 0xF7FF);
  image.stored = 12;
  image.sign = 1;
  image.further = test::slope("1", "0");
  const Image values = decode_dicom(image.file(), kNoWindow);
  EXPECT_EQ(values.f32()[0], -1.0F);
  EXPECT_EQ(values.f32()[3], -2048.0F);
  EXPECT_EQ(values.f32()[6], 2047.0F);
}

TEST(DicomDecoder, AModalityTable) {
  DicomImage image = three(0, 11, 99);
  test::Bytes table;
  table.append(test::element(0x00283002, "US", test::Bytes().u16(3).u16(10).u16(16)));
  table.append(test::element(0x00283006, "OW", test::Bytes().u16(500).u16(1000).u16(1500)));
  image.further = test::element(0x00283000,
                                "SQ",
                                test::Bytes()
                                    .u16(0xFFFE)
                                    .u16(0xE000)
                                    .u32(static_cast<std::uint32_t>(table.size()))
                                    .append(table));
  EXPECT_EQ(grays(decode_dicom(image.file(), {})), (std::vector{0, 128, 255}));
  EXPECT_FLOAT_EQ(decode_dicom(image.file(), kNoWindow).f32()[3], 1000.0F / 65535.0F);
}

TEST(DicomDecoder, Palettes) {
  DicomImage image{.bits = 8, .stored = 8, .photometric = "PALETTE COLOR"};
  image.pixels.u8({0, 1, 9});
  for (std::uint32_t c = 0; c < 3; ++c)
    image.further.append(test::element(0x00281101 + c, "US", test::Bytes().u16(2).u16(0).u16(16)));
  for (std::uint32_t c = 0; c < 3; ++c)
    image.further.append(
        test::element(0x00281201 + c, "OW", test::Bytes().u16(256 * c).u16(0xFF00 + c)));
  EXPECT_EQ(test::values(decode_dicom(image.file(), {})),
            (std::vector{0, 1, 2, 255, 255, 255, 255, 255, 255}));
  EXPECT_FLOAT_EQ(decode_dicom(image.file(), kNoWindow).f32()[1], 256.0F / 65535.0F);
  image.further = {};
  EXPECT_NE(test::data_error(image.file()).find("(0028,1201)"), std::string::npos);
}

TEST(DicomDecoder, ColoursInterleavedPlanarAndYbr) {
  DicomImage image{.width = 2, .samples = 3, .bits = 8, .stored = 8, .photometric = "RGB"};
  image.pixels.u8({1, 2, 3, 4, 5, 6});
  EXPECT_EQ(test::values(decode_dicom(image.file(), {})), (std::vector{1, 2, 3, 4, 5, 6}));
  image.planar = 1;
  EXPECT_EQ(test::values(decode_dicom(image.file(), kNoWindow)), (std::vector{1, 3, 5, 2, 4, 6}));
  image.planar = 0;
  image.photometric = "YBR_FULL";
  image.pixels = test::Bytes().u8({76, 85, 255, 50, 128, 128});
  EXPECT_EQ(test::values(decode_dicom(image.file(), {})), (std::vector{254, 0, 0, 50, 50, 50}));
  image.photometric = "YBR_FULL_422";
  image.pixels = test::Bytes().u8({76, 50, 128, 128});
  EXPECT_EQ(test::values(decode_dicom(image.file(), {})), (std::vector{76, 76, 76, 50, 50, 50}));
}

TEST(DicomDecoder, FramesAndMissingPixelsAreErrors) {
  SAKER_DATA(folder, "formats");
  EXPECT_NE(test::data_error(read_file(folder / "multiframe_rle.dcm")).find("2 frames"),
            std::string::npos);
  EXPECT_NE(test::data_error(read_file(folder / "no_pixels.dcm")).find("no pixel data"),
            std::string::npos);
}

TEST(DicomDecoder, TheColourBarsOfAJpegAreRight) {
  SAKER_DATA(folder, "formats");
  const Image image = read_image(folder / "rgb8_jpeg.dcm");
  const auto at = [&](std::size_t row) {
    const std::size_t first = (row * 100 + 50) * 3;
    return std::vector<int>{image.u8()[first], image.u8()[first + 1], image.u8()[first + 2]};
  };
  const std::vector<int> red = at(5);
  EXPECT_GT(red[0], 250);
  EXPECT_LT(red[1], 5);
  EXPECT_LT(red[2], 5);
}

}  // namespace
}  // namespace saker
