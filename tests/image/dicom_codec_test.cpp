#include "image/dicom_codec.hpp"

#include <gdcmImageChangeTransferSyntax.h>
#include <gdcmImageReader.h>
#include <gdcmImageWriter.h>
#include <gtest/gtest.h>

#include "bytes.hpp"
#include "core/file.hpp"
#include "golden.hpp"
#include "temporary_folder.hpp"

// GDCM's JPEG-LS decoder forgets its copy of a stream that it refuses.
extern "C" const char* __lsan_default_suppressions() { return "leak:gdcm::JPEGLSCodec::Decode"; }

namespace saker {
namespace {

constexpr ReadImageArgs kUnscaled{true, {DicomWindow::Mode::kNone, 0.0, 0.0}};

// The file compressed anew by GDCM.
std::vector<std::byte> compress(const std::filesystem::path& path,
                                gdcm::TransferSyntax::TSType syntax) {
  gdcm::ImageReader reader;
  reader.SetFileName(path.c_str());
  EXPECT_TRUE(reader.Read());
  gdcm::ImageChangeTransferSyntax change;
  change.SetTransferSyntax(syntax);
  change.SetInput(reader.GetImage());
  EXPECT_TRUE(change.Change());
  const test::TemporaryFolder folder;
  const std::string target = (folder / "a.dcm").string();
  gdcm::ImageWriter writer;
  writer.SetFileName(target.c_str());
  writer.SetFile(reader.GetFile());
  writer.SetImage(change.GetOutput());
  EXPECT_TRUE(writer.Write());
  return read_file(target);
}

TEST(DicomCodec, LosslessSyntaxesGiveTheStoredValues) {
  SAKER_DATA(folder, "formats");
  for (const char* name : {"ct16.dcm", "mr16_implicit.dcm"}) {
    const Image plain = read_image(folder / name, kUnscaled);
    for (const auto syntax : {gdcm::TransferSyntax::RLELossless,
                              gdcm::TransferSyntax::JPEGLosslessProcess14_1,
                              gdcm::TransferSyntax::JPEGLSLossless,
                              gdcm::TransferSyntax::JPEG2000Lossless}) {
      SCOPED_TRACE(std::string(name) + " as " + gdcm::TransferSyntax(syntax).GetString());
      const Image image = decode_image(compress(folder / name, syntax), name, kUnscaled);
      EXPECT_TRUE(std::equal(
          plain.f32().begin(), plain.f32().end(), image.f32().begin(), image.f32().end()));
    }
  }
}

TEST(DicomCodec, ColoursOfLosslessSyntaxes) {
  SAKER_DATA(folder, "formats");
  const Image plain = read_image(folder / "rgb8.dcm");
  for (const auto syntax : {gdcm::TransferSyntax::RLELossless,
                            gdcm::TransferSyntax::JPEGLosslessProcess14_1,
                            gdcm::TransferSyntax::JPEGLSLossless,
                            gdcm::TransferSyntax::JPEG2000Lossless}) {
    SCOPED_TRACE(gdcm::TransferSyntax(syntax).GetString());
    const Image image = decode_image(compress(folder / "rgb8.dcm", syntax), "a.dcm");
    EXPECT_EQ(test::values(image), test::values(plain));
  }
}

TEST(DicomCodec, DamagedStreamsAreErrorsOrPictures) {
  SAKER_DATA(folder, "formats");
  for (const auto syntax : {gdcm::TransferSyntax::JPEGLosslessProcess14_1,
                            gdcm::TransferSyntax::JPEGLSLossless,
                            gdcm::TransferSyntax::JPEG2000Lossless}) {
    const std::vector<std::byte> file = compress(folder / "mr16_implicit.dcm", syntax);
    for (std::size_t at = file.size() / 3; at < file.size(); at += file.size() / 60) {
      std::vector<std::byte> changed = file;
      changed[at] ^= std::byte{0xFF};
      try {
        static_cast<void>(decode_image(changed, "a.dcm"));
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::kData) << error.what();
      }
    }
  }
}

TEST(DicomCodec, RunLengthsOfBytePlanes) {
  DicomFrame frame;
  frame.width = 3;
  frame.height = 1;
  frame.bits_allocated = 16;
  test::Bytes fragment;
  fragment.u32(2).u32(64).u32(66).zeros(52).u8(
      {254, 1, 2, 7, 8, 9});  // high bytes 1 1 1, low bytes 7 8 9
  EXPECT_EQ(decode_dicom_rle(fragment, frame), (std::vector<std::uint8_t>{7, 1, 8, 1, 9, 1}));
  EXPECT_THROW(decode_dicom_rle(std::span(fragment.get()).first(69), frame), Error);
  frame.samples = 3;
  EXPECT_THROW(decode_dicom_rle(fragment, frame), Error);
}

TEST(DicomCodec, ContradictionsAndUnknownSyntaxesAreErrors) {
  SAKER_DATA(folder, "formats");
  DicomFrame frame;
  frame.width = 10;
  frame.height = 10;
  frame.samples = 3;
  const std::vector<std::byte> jpeg = read_file(folder / "rgb.jpeg");
  EXPECT_THROW(decode_dicom_codestream("1.2.840.10008.1.2.4.50", jpeg, frame), Error);
  EXPECT_THROW(decode_dicom_codestream("1.2.840.10008.1.2.4.102", jpeg, frame), Error);
  EXPECT_THROW(decode_dicom_codestream("1.2.840.10008.1.2.4.70", {}, frame), Error);
}

}  // namespace
}  // namespace saker
