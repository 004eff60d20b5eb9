#include "image/read_image.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <limits>

#include "bytes.hpp"
#include "core/atomic_file.hpp"
#include "core/file.hpp"
#include "golden.hpp"
#include "image/encode.hpp"
#include "temporary_folder.hpp"

namespace saker {
namespace {

TEST(ReadImage, ContentCountsNotTheExtension) {
  const test::TemporaryFolder folder;
  Image image(2, 2, 3, PixelType::kU8);
  image.mutable_u8()[4] = 200;
  for (const char* name : {"a.png", "b.PNG", "c.JPG", "d.dcm", "e"}) {
    write_file_atomically(folder / name, encode_png(image));
    EXPECT_EQ(test::values(read_image(folder / name)), test::values(image)) << name;
  }
}

TEST(ReadImage, ErrorsBeginWithThePath) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "empty.png", "");
  write_file_atomically(folder / "text.jpg", "hello, this is no image");
  for (const auto& [name, part] :
       {std::pair("empty.png", "empty (0 bytes)"),
        std::pair("text.jpg", "JPEG, PNG, PNM, BMP, TIFF, WebP, DICOM")}) {
    try {
      read_image(folder / name);
      FAIL() << "no error";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kData);
      EXPECT_TRUE(std::string(error.what()).starts_with((folder / name).string() + ": "))
          << error.what();
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
  }
  try {
    read_image(folder / "absent.png");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kIo);
  }
}

TEST(ReadImage, FilesOfAFewBytesAreErrors) {
  for (const char* magic : {"P",
                            "P5",
                            "P6 ",
                            "BM",
                            "II*",
                            "\xFF\xD8\xFF",
                            "\x89PNG\r\n\x1A\n",
                            "RIFF1234WEBP",
                            "GIF89a"}) {
    EXPECT_NE(test::data_error(test::Bytes().text(magic)), "") << magic;
  }
}

TEST(ReadImage, ADicomFileMayBeginLikeATiff) {
  SAKER_DATA(folder, "formats");
  std::vector<std::byte> bytes = read_file(folder / "ct16.dcm");
  bytes[0] = bytes[1] = std::byte{'I'};
  bytes[2] = std::byte{42};
  bytes[3] = std::byte{0};
  EXPECT_EQ(decode_image(bytes, "a.dcm").height(), 128);
}

TEST(ReadImage, TheFixedDicomWindowIsChecked) {
  for (const double width : {0.0,
                             -1.0,
                             std::numeric_limits<double>::quiet_NaN(),
                             std::numeric_limits<double>::infinity()}) {
    const ReadImageArgs args{true, {DicomWindow::Mode::kFixed, 0.0, width}};
    try {
      args.validate();
      ADD_FAILURE() << "no error for " << width;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    }
  }
}

TEST(ReadImage, OrientationCanBeIgnored) {
  SAKER_DATA(folder, "formats");
  const Image upright = read_image(folder / "wide_exif_6.jpg");
  EXPECT_EQ(upright.height(), 320);
  EXPECT_EQ(upright.width(), 240);
  ReadImageArgs args;
  args.apply_exif_orientation = false;
  const Image stored = read_image(folder / "wide_exif_6.jpg", args);
  EXPECT_EQ(stored.height(), 240);
  EXPECT_EQ(stored.width(), 320);
}

}  // namespace
}  // namespace saker
