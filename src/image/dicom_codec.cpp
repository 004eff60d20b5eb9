#include "image/dicom_codec.hpp"

#include <fmt/format.h>
#include <gdcmImage.h>
#include <gdcmSequenceOfFragments.h>
#include <gdcmTrace.h>
#include <gdcmTransferSyntax.h>

#include <algorithm>
#include <array>
#include <exception>
#include <optional>
#include <string_view>

#include "image/byte_reader.hpp"
#include "image/jpeg_decoder.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

constexpr const char* kJpegBaseline = "1.2.840.10008.1.2.4.50";
// JPEG baseline, extended, lossless (twice); JPEG-LS lossless and near-lossless; JPEG 2000 lossless
// and lossy.
constexpr std::array<std::string_view, 8> kSupported{kJpegBaseline,
                                                     "1.2.840.10008.1.2.4.51",
                                                     "1.2.840.10008.1.2.4.57",
                                                     "1.2.840.10008.1.2.4.70",
                                                     "1.2.840.10008.1.2.4.80",
                                                     "1.2.840.10008.1.2.4.81",
                                                     "1.2.840.10008.1.2.4.90",
                                                     "1.2.840.10008.1.2.4.91"};
// A run of 128 bytes takes two.
constexpr std::size_t kMaxRleCompression = 64;

[[noreturn]] void fail_damaged() {
  throw Error(ErrorKind::kData, "the compressed DICOM pixels are damaged or truncated");
}

struct StreamSize {
  std::uint32_t width;
  std::uint32_t height;
  int samples;
  int bits;
};

// The size in the codestream's own header: JPEG and JPEG-LS (SOF marker) or JPEG 2000 (SIZ marker,
// raw or in a JP2 box).
std::optional<StreamSize> read_stream_size(std::span<const std::byte> stream) {
  const ByteReader reader(stream, true);
  if (reader.u16(0) == 0xFF4F && reader.u16(2) == 0xFF51) {
    return StreamSize{reader.u32(8) - reader.u32(16),
                      reader.u32(12) - reader.u32(20),
                      reader.u16(40),
                      (reader.u8(42) & 127) + 1};
  }
  if (reader.u16(0) != 0xFFD8) return std::nullopt;
  for (std::uint64_t at = 2; reader.has(at, 10);) {
    if (reader.u8(at) != 0xFF) return std::nullopt;
    const unsigned marker = reader.u8(at + 1);
    if (marker == 0xFF) {
      ++at;
      continue;
    }
    const bool is_frame =
        (marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC) ||
        marker == 0xF7;
    if (is_frame)
      return StreamSize{
          reader.u16(at + 7), reader.u16(at + 5), reader.u8(at + 9), reader.u8(at + 4)};
    at += 2 + std::uint64_t{reader.u16(at + 2)};
  }
  return std::nullopt;
}

// GDCM trusts that both headers agree.
void check_stream_size(std::span<const std::byte> stream, const DicomFrame& frame) {
  const std::optional<StreamSize> size = read_stream_size(stream);
  if (!size) fail_damaged();
  if (size->width != frame.width || size->height != frame.height ||
      size->samples != frame.samples || size->bits > frame.bits_allocated) {
    throw Error(ErrorKind::kData,
                fmt::format("the DICOM file gives {} x {} x {} samples of {} bits, but its "
                            "compressed pixels are {} x {} x {} of {}",
                            frame.width,
                            frame.height,
                            frame.samples,
                            frame.bits_allocated,
                            size->width,
                            size->height,
                            size->samples,
                            size->bits));
  }
}

std::vector<std::uint8_t> decode_8_bit_jpeg(std::span<const std::byte> codestream,
                                            DicomFrame& frame) {
  const bool stored_rgb = frame.photometric == "RGB";
  const Image image =
      decode_jpeg(codestream, stored_rgb ? JpegColours::kStoredRgb : JpegColours::kFromFile).image;
  const std::span<const std::uint8_t> rgb = image.u8();
  if (frame.samples == 3) {
    frame.photometric = "RGB";
    frame.planar = false;
    return {rgb.begin(), rgb.end()};
  }
  std::vector<std::uint8_t> gray(rgb.size() / 3);
  for (std::size_t i = 0; i < gray.size(); ++i) gray[i] = rgb[3 * i];
  return gray;
}

std::vector<std::uint8_t> decode_by_gdcm(const std::string& transfer_syntax,
                                         std::span<const std::byte> codestream,
                                         DicomFrame& frame) {
  static const bool silent = [] {
    gdcm::Trace::DebugOff();
    gdcm::Trace::WarningOff();
    gdcm::Trace::ErrorOff();
    return true;
  }();
  static_cast<void>(silent);

  gdcm::Image image;
  image.SetNumberOfDimensions(2);
  image.SetDimension(0, static_cast<unsigned>(frame.width));
  image.SetDimension(1, static_cast<unsigned>(frame.height));
  image.SetPixelFormat(gdcm::PixelFormat(static_cast<unsigned short>(frame.samples),
                                         static_cast<unsigned short>(frame.bits_allocated),
                                         static_cast<unsigned short>(frame.bits_stored),
                                         static_cast<unsigned short>(frame.high_bit),
                                         frame.is_signed ? 1 : 0));
  image.SetPhotometricInterpretation(
      gdcm::PhotometricInterpretation::GetPIType(frame.photometric.c_str()));
  image.SetPlanarConfiguration(frame.planar ? 1 : 0);
  image.SetTransferSyntax(gdcm::TransferSyntax::GetTSType(transfer_syntax.c_str()));
  const gdcm::SmartPointer<gdcm::SequenceOfFragments> sequence = gdcm::SequenceOfFragments::New();
  gdcm::Fragment fragment;
  fragment.SetByteValue(reinterpret_cast<const char*>(codestream.data()),
                        static_cast<std::uint32_t>(codestream.size()));
  sequence->AddFragment(fragment);
  gdcm::DataElement pixel_data(gdcm::Tag(0x7FE0, 0x0010), 0, gdcm::VR::OB);
  pixel_data.SetValue(*sequence);
  image.SetDataElement(pixel_data);

  if (image.GetBufferLength() != frame.byte_count()) fail_damaged();
  std::vector<std::uint8_t> bytes(frame.byte_count());
  try {
    if (!image.GetBuffer(reinterpret_cast<char*>(bytes.data()))) fail_damaged();
  } catch (const std::exception&) {
    fail_damaged();
  }
  // Codecs may correct these from the codestream.
  if (image.GetBufferLength() != bytes.size()) fail_damaged();
  frame.photometric = image.GetPhotometricInterpretation().GetString();
  frame.planar = image.GetPlanarConfiguration() == 1;
  return bytes;
}

}  // namespace

std::vector<std::uint8_t> decode_dicom_rle(std::span<const std::byte> fragment, DicomFrame& frame) {
  const ByteReader reader(fragment);
  const auto bytes_per_sample = static_cast<std::size_t>(frame.bits_allocated / 8);
  const std::size_t segments = bytes_per_sample * static_cast<std::size_t>(frame.samples);
  const auto pixels = static_cast<std::size_t>(frame.width * frame.height);
  if (!reader.has(0, 64) || reader.u32(0) != segments || segments > 15) fail_damaged();
  if (frame.byte_count() / kMaxRleCompression > fragment.size()) fail_damaged();
  std::vector<std::uint8_t> bytes(frame.byte_count());
  for (std::size_t segment = 0; segment < segments; ++segment) {
    // A segment holds one byte of each pixel, the highest byte of the first sample first.
    const std::size_t first = segment / bytes_per_sample * bytes_per_sample + bytes_per_sample - 1 -
                              segment % bytes_per_sample;
    std::uint64_t at = reader.u32(4 + 4 * segment);
    for (std::size_t pixel = 0; pixel < pixels;) {
      if (!reader.has(at, 2)) fail_damaged();
      const unsigned code = reader.u8(at++);
      if (code == 128) continue;
      const bool run = code > 128;
      const std::size_t count = run ? 257 - code : code + 1;
      if (!run && !reader.has(at, count)) fail_damaged();
      for (std::size_t i = 0; i < count && pixel < pixels; ++i, ++pixel) {
        bytes[pixel * segments + first] = reader.u8(at + (run ? 0 : i));
      }
      at += run ? 1 : count;
    }
  }
  frame.planar = false;
  return bytes;
}

std::vector<std::uint8_t> decode_dicom_codestream(const std::string& transfer_syntax,
                                                  std::span<const std::byte> codestream,
                                                  DicomFrame& frame) {
  if (std::find(kSupported.begin(), kSupported.end(), transfer_syntax) == kSupported.end()) {
    throw Error(ErrorKind::kData,
                fmt::format("the DICOM transfer syntax {} is not supported; convert the file to "
                            "explicit little endian",
                            transfer_syntax));
  }
  check_stream_size(codestream, frame);
  if (transfer_syntax == kJpegBaseline && frame.bits_allocated == 8)
    return decode_8_bit_jpeg(codestream, frame);
  return decode_by_gdcm(transfer_syntax, codestream, frame);
}

}  // namespace saker
