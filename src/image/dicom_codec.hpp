// Compressed DICOM frames; private to the DICOM decoder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace saker {

// What the data set says about the frame.
struct DicomFrame {
  std::int64_t width = 0;
  std::int64_t height = 0;
  int samples = 1;
  int bits_allocated = 8;
  int bits_stored = 8;
  int high_bit = 7;
  bool is_signed = false;
  bool planar = false;      // the samples lie in planes, one after the other
  std::string photometric;  // e.g. "MONOCHROME2"; decoders that convert to RGB change it

  std::size_t byte_count() const {
    return static_cast<std::size_t>(width * height) *
           static_cast<std::size_t>(samples * bits_allocated / 8);
  }
};

// The uncompressed bytes of the frame, little endian, laid out as `frame` says after the call.
// Throws Error (data) when the data are damaged, contradict `frame` or are of a transfer syntax
// that is not supported.
std::vector<std::uint8_t> decode_dicom_rle(std::span<const std::byte> fragment, DicomFrame& frame);
std::vector<std::uint8_t> decode_dicom_codestream(const std::string& transfer_syntax,
                                                  std::span<const std::byte> codestream,
                                                  DicomFrame& frame);

}  // namespace saker
