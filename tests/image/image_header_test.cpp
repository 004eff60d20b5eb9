// The head of a file tells the same size as its pixels.
#include "image/image_header.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "core/file.hpp"
#include "error_message.hpp"
#include "golden.hpp"
#include "image/encode.hpp"
#include "image/image_format.hpp"
#include "image/read_image.hpp"
#include "saker/error.hpp"
#include "temporary_folder.hpp"
#include "write_files.hpp"

namespace saker {
namespace {

TEST(ImageHeader, RealFilesOfEveryFormatHaveTheSizeOfTheirPixels) {
  SAKER_DATA(folder, "formats");
  int compared = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const std::vector<std::byte> bytes = read_file(entry.path());
    if (image_format(bytes) == ImageFormat::kUnknown) continue;
    Image image;
    try {
      image = read_image(entry.path());
    } catch (const Error&) {
      continue;
    }
    const OrientedSize size = read_image_header(entry.path());
    EXPECT_EQ(size.width, image.width()) << entry.path();
    EXPECT_EQ(size.height, image.height()) << entry.path();
    ++compared;
  }
  EXPECT_GT(compared, 20);
}

TEST(ImageHeader, PicturesThatExifTurnsHaveTheirUprightSize) {
  SAKER_DATA(folder, "formats");
  for (const std::string name : {"exif_orientation_6.jpg", "exif_orientation_6.webp"}) {
    if (!std::filesystem::exists(folder / name)) continue;
    EXPECT_EQ(read_image_header(folder / name).orientation, 6) << name;
  }
}

TEST(ImageHeader, EncodedPicturesNeedNothingElse) {
  const Image image(7, 11, 3, PixelType::kU8);
  const OrientedSize jpeg = image_header(encode_jpeg(image), "a.jpg");
  EXPECT_EQ(jpeg.width, 11);
  EXPECT_EQ(jpeg.height, 7);
  EXPECT_EQ(jpeg.orientation, 1);
  const OrientedSize png = image_header(encode_png(image), "a.png");
  EXPECT_EQ(png.width, 11);
  EXPECT_EQ(png.height, 7);
  const std::string pnm = "P6 # comment\n11 7\n255\n";
  EXPECT_EQ(image_header(std::as_bytes(std::span(pnm)), "a.ppm").width, 11);
}

TEST(ImageHeader, EveryCutGivesTheSizeOrAnErrorWithTheName) {
  const Image image(7, 11, 3, PixelType::kU8);
  for (const std::vector<std::byte>& bytes : {encode_jpeg(image), encode_png(image)}) {
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      // A copy of its own size lets an address sanitizer see reads beyond the end.
      const std::vector<std::byte> cut(bytes.begin(),
                                       bytes.begin() + static_cast<std::ptrdiff_t>(size));
      try {
        EXPECT_EQ(image_header(cut, "cut").width, 11);
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::kData);
        EXPECT_TRUE(std::string(error.what()).starts_with("cut: ")) << error.what();
      }
    }
  }
}

TEST(ImageHeader, OtherFilesAreAnErrorWithThePath) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "text.jpg", "no picture at all");
  const std::string message =
      test::message_of(ErrorKind::kData, [&] { read_image_header(folder / "text.jpg"); });
  EXPECT_TRUE(test::contains(message, "text.jpg: its content is of no supported format"))
      << message;
}

}  // namespace
}  // namespace saker
