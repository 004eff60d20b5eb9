#include "image/image_format.hpp"

#include <gtest/gtest.h>

#include <string>

namespace saker {
namespace {

ImageFormat format_of(const std::string& text) {
  return image_format(std::as_bytes(std::span(text)));
}

TEST(ImageFormat, IsToldByContent) {
  EXPECT_EQ(format_of("\xFF\xD8\xFF\xE0"), ImageFormat::kJpeg);
  EXPECT_EQ(format_of("\x89PNG\r\n\x1A\n"), ImageFormat::kPng);
  EXPECT_EQ(format_of("RIFF1234WEBP"), ImageFormat::kWebp);
  EXPECT_EQ(format_of(std::string("II*\0", 4)), ImageFormat::kTiff);
  EXPECT_EQ(format_of(std::string("MM\0+", 4)), ImageFormat::kTiff);
  EXPECT_EQ(format_of("BM"), ImageFormat::kBmp);
  EXPECT_EQ(format_of("P6\n1 1\n"), ImageFormat::kPnm);
  EXPECT_EQ(format_of(std::string(128, '\0') + "DICM"), ImageFormat::kDicom);
  EXPECT_EQ(format_of(""), ImageFormat::kUnknown);
  EXPECT_EQ(format_of("P7\n"), ImageFormat::kUnknown);
  EXPECT_EQ(format_of("<html>"), ImageFormat::kUnknown);
  EXPECT_EQ(kImageFormatBytes, 132U);
}

TEST(ImageFormat, IsExpectedFromTheExtension) {
  EXPECT_EQ(format_of_extension(".JPeG"), ImageFormat::kJpeg);
  EXPECT_EQ(format_of_extension(".tiff"), ImageFormat::kTiff);
  EXPECT_EQ(format_of_extension(".pgm"), ImageFormat::kPnm);
  EXPECT_EQ(format_of_extension(".gif"), ImageFormat::kUnknown);
  EXPECT_EQ(format_of_extension(""), ImageFormat::kUnknown);
  EXPECT_STREQ(to_string(ImageFormat::kWebp), "WebP");
}

}  // namespace
}  // namespace saker
