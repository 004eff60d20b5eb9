#include "image/dicom_pixels.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "image/decoded_image.hpp"
#include "image/dicom_codec.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

constexpr DicomTag kSamplesPerPixel = 0x00280002;
constexpr DicomTag kPhotometric = 0x00280004;
constexpr DicomTag kPlanarConfiguration = 0x00280006;
constexpr DicomTag kNumberOfFrames = 0x00280008;
constexpr DicomTag kRows = 0x00280010;
constexpr DicomTag kColumns = 0x00280011;
constexpr DicomTag kBitsAllocated = 0x00280100;
constexpr DicomTag kBitsStored = 0x00280101;
constexpr DicomTag kHighBit = 0x00280102;
constexpr DicomTag kPixelRepresentation = 0x00280103;
constexpr DicomTag kPixelData = 0x7FE00010;

constexpr const char* kRle = "1.2.840.10008.1.2.5";

[[noreturn]] void fail_truncated() {
  throw Error(ErrorKind::kData, "the DICOM pixels end too early; the file is truncated");
}

bool is_uncompressed(const std::string& syntax) {
  return syntax == "1.2.840.10008.1.2" || syntax == "1.2.840.10008.1.2.1" ||
         syntax == "1.2.840.10008.1.2.2";
}

DicomFrame read_frame(const DicomDataset& dataset) {
  if (!dataset.has(kPixelData)) {
    throw Error(
        ErrorKind::kData,
        "the DICOM file holds no pixel data (7fe0,0010); it is no image, or it is truncated");
  }
  const double frames = dataset.number(kNumberOfFrames).value_or(1.0);
  if (frames > 1.0) {
    throw Error(
        ErrorKind::kData,
        fmt::format(
            "the DICOM file has {:.0f} frames, but one is expected; split it into single images",
            frames));
  }
  DicomFrame frame;
  const OrientedSize size = dicom_pixel_size(dataset);
  frame.width = size.width;
  frame.height = size.height;
  check_image_size(frame.width, frame.height);
  frame.samples = dataset.u16(kSamplesPerPixel).value_or(1);
  frame.bits_allocated = dataset.u16(kBitsAllocated).value_or(8);
  frame.bits_stored =
      dataset.u16(kBitsStored).value_or(static_cast<std::uint16_t>(frame.bits_allocated));
  frame.high_bit =
      dataset.u16(kHighBit).value_or(static_cast<std::uint16_t>(frame.bits_stored - 1));
  frame.is_signed = dataset.u16(kPixelRepresentation).value_or(0) == 1;
  frame.planar = dataset.u16(kPlanarConfiguration).value_or(0) == 1 && frame.samples > 1;
  frame.photometric = dataset.text(kPhotometric);
  const int bits = frame.bits_allocated;
  const bool known_bits =
      bits == 8 || bits == 16 || bits == 32 || (bits == 1 && frame.samples == 1);
  if (!known_bits || frame.bits_stored < 1 || frame.bits_stored > bits ||
      frame.high_bit < frame.bits_stored - 1 || frame.high_bit >= bits ||
      (frame.samples != 1 && frame.samples != 3)) {
    throw Error(
        ErrorKind::kData,
        fmt::format(
            "the DICOM file has {} samples of {} bits in {} (high bit {}), which is not supported",
            frame.samples,
            frame.bits_stored,
            bits,
            frame.high_bit));
  }
  return frame;
}

// Y, Y, Cb, Cr for each two pixels of a row to Y, Cb, Cr each.
std::vector<std::uint8_t> spread_422(std::span<const std::byte> stored, DicomFrame& frame) {
  if (frame.width % 2 != 0 ||
      stored.size() < static_cast<std::size_t>(frame.width * frame.height) * 2)
    fail_truncated();
  std::vector<std::uint8_t> bytes(frame.byte_count());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::size_t pixel = i / 3;
    const std::size_t channel = i % 3;
    const std::size_t within = channel == 0 ? pixel % 2 : channel + 1;
    bytes[i] = static_cast<std::uint8_t>(stored[pixel / 2 * 4 + within]);
  }
  frame.photometric = "YBR_FULL";
  frame.planar = false;
  return bytes;
}

// Little-endian bytes of an uncompressed frame.
std::vector<std::uint8_t> read_uncompressed(const DicomDataset& dataset, DicomFrame& frame) {
  const std::span<const std::byte> stored = dataset.bytes(kPixelData);
  if (frame.photometric == "YBR_FULL_422" && frame.samples == 3 && frame.bits_allocated == 8)
    return spread_422(stored, frame);
  const std::size_t size = frame.bits_allocated == 1
                               ? static_cast<std::size_t>((frame.width * frame.height + 7) / 8)
                               : frame.byte_count();
  if (stored.size() < size) fail_truncated();
  std::vector<std::uint8_t> bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(stored[i]);
  if (dataset.big_endian()) {
    const bool words = frame.bits_allocated <= 8 && dataset.is_words(kPixelData);
    const auto unit = static_cast<std::size_t>(words ? 2 : std::max(frame.bits_allocated / 8, 1));
    for (std::size_t i = 0; i + unit <= size; i += unit) {
      std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(i),
                   bytes.begin() + static_cast<std::ptrdiff_t>(i + unit));
    }
  }
  return bytes;
}

std::vector<std::uint8_t> read_compressed(const DicomDataset& dataset, DicomFrame& frame) {
  const std::vector<std::span<const std::byte>> fragments = dataset.fragments(kPixelData);
  if (fragments.empty()) fail_truncated();
  if (frame.bits_allocated == 1)
    throw Error(ErrorKind::kData, "compressed DICOM bits are not supported");
  if (dataset.transfer_syntax() == kRle) return decode_dicom_rle(fragments.front(), frame);
  std::vector<std::byte> joined;
  for (const std::span<const std::byte> fragment : fragments)
    joined.insert(joined.end(), fragment.begin(), fragment.end());
  return decode_dicom_codestream(dataset.transfer_syntax(), joined, frame);
}

// The stored value at an index: masked to its bits and extended by its sign.
std::int32_t sample_at(const DicomFrame& frame,
                       const std::vector<std::uint8_t>& bytes,
                       std::size_t index) {
  if (frame.bits_allocated == 1) return (bytes[index / 8] >> (index % 8)) & 1;
  const auto count = static_cast<std::size_t>(frame.bits_allocated / 8);
  std::uint32_t raw = 0;
  for (std::size_t i = 0; i < count; ++i) raw |= std::uint32_t{bytes[index * count + i]} << (8 * i);
  const int unused = 31 - frame.high_bit;
  raw <<= unused;
  const int shift = 32 - frame.bits_stored;
  return frame.is_signed ? static_cast<std::int32_t>(raw) >> shift
                         : static_cast<std::int32_t>(raw >> shift);
}

}  // namespace

OrientedSize dicom_pixel_size(const DicomDataset& dataset) {
  return {.width = dataset.u16(kColumns).value_or(0), .height = dataset.u16(kRows).value_or(0)};
}

DicomPixels read_dicom_pixels(const DicomDataset& dataset) {
  DicomFrame frame = read_frame(dataset);
  const std::vector<std::uint8_t> bytes = is_uncompressed(dataset.transfer_syntax())
                                              ? read_uncompressed(dataset, frame)
                                              : read_compressed(dataset, frame);
  DicomPixels pixels;
  pixels.width = frame.width;
  pixels.height = frame.height;
  pixels.channels = frame.samples;
  pixels.bits_allocated = frame.bits_allocated;
  pixels.bits_stored = frame.bits_stored;
  pixels.is_signed = frame.is_signed;
  pixels.photometric = frame.photometric;
  const auto count = static_cast<std::size_t>(frame.width * frame.height);
  const auto channels = static_cast<std::size_t>(frame.samples);
  pixels.samples.resize(count * channels);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t c = 0; c < channels; ++c) {
      pixels.samples[i * channels + c] =
          sample_at(frame, bytes, frame.planar ? c * count + i : i * channels + c);
    }
  }
  return pixels;
}

}  // namespace saker
