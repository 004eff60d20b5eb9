// A file cut anywhere gives an image or an Error, never anything worse; the same for bytes that
// were changed.
#include <gtest/gtest.h>

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/file.hpp"
#include "golden.hpp"
#include "image/encode.hpp"
#include "image/read_image.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

// Whether it was decoded.
bool decodes(std::span<const std::byte> bytes) {
  try {
    const Image image = decode_image(bytes, "cut");
    EXPECT_EQ(image.channels(), 3);
    return true;
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kData) << error.what();
    EXPECT_TRUE(std::string(error.what()).starts_with("cut: ")) << error.what();
    return false;
  }
}

// Every prefix of small files; of larger ones those of the head and then some hundred.
void sweep_prefixes(std::span<const std::byte> bytes) {
  const std::size_t step = bytes.size() / 400 + 1;
  for (std::size_t size = 0; size < bytes.size(); size += size < 600 ? 1 : step) {
    // A copy of its own size lets an address sanitizer see reads beyond the end.
    const std::vector<std::byte> cut(bytes.begin(),
                                     bytes.begin() + static_cast<std::ptrdiff_t>(size));
    static_cast<void>(decodes(cut));
  }
}

// Each byte of the head, and some later ones, set to values that headers like least.
void sweep_changes(std::span<const std::byte> bytes) {
  const std::size_t step = bytes.size() / 100 + 1;
  for (std::size_t at = 0; at < bytes.size(); at += at < 200 ? 1 : step) {
    for (const int value : {0x00, 0x01, 0x7F, 0x80, 0xFF}) {
      std::vector<std::byte> changed(bytes.begin(), bytes.end());
      changed[at] = static_cast<std::byte>(value);
      static_cast<void>(decodes(changed));
    }
  }
}

class DamagedFile : public testing::TestWithParam<const char*> {};

TEST_P(DamagedFile, CutAnywhere) {
  SAKER_DATA(folder, "formats");
  const std::vector<std::byte> bytes = read_file(folder / GetParam());
  ASSERT_TRUE(decodes(bytes));
  EXPECT_FALSE(decodes(std::span(bytes).first(bytes.size() / 2)));
  sweep_prefixes(bytes);
}

TEST_P(DamagedFile, ChangedAnywhere) {
  SAKER_DATA(folder, "formats");
  sweep_changes(read_file(folder / GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Formats,
                         DamagedFile,
                         testing::Values("exif_orientation_6.jpeg",
                                         "rgba_small.png",
                                         "gray_transparent.png",
                                         "gray.pgm",
                                         "rle8.bmp",
                                         "rgba32.bmp",
                                         "gray16_deflate.tif",
                                         "jpeg_in.tif",
                                         "exif_orientation_6.webp",
                                         "mr16_implicit.dcm",
                                         "mr16_rle.dcm",
                                         "rgb8_jpeg.dcm"));

}  // namespace
}  // namespace saker
