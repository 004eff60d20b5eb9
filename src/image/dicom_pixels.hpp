// The stored samples of a DICOM file, before any rule of how to show them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "image/decoded_image.hpp"
#include "image/dicom_dataset.hpp"

namespace saker {

struct DicomPixels {
  std::int64_t width = 0;
  std::int64_t height = 0;
  int channels = 1;        // 1, or 3 interleaved
  int bits_allocated = 8;  // 1, 8, 16 or 32
  int bits_stored = 8;     // significant bits
  bool is_signed = false;
  std::string photometric;            // the file's, or RGB after the codec converted the colours
  std::vector<std::int32_t> samples;  // 32-bit unsigned values are wrapped; use value()

  std::int64_t value(std::size_t index) const {
    const std::int32_t stored = samples[index];
    return is_signed || bits_allocated < 32
               ? stored
               : static_cast<std::int64_t>(static_cast<std::uint32_t>(stored));
  }
};

// As the data set gives it; zeros for numbers that are not there.
OrientedSize dicom_pixel_size(const DicomDataset& dataset);

// Decodes the only frame: uncompressed, RLE, JPEG (baseline, extended, lossless), JPEG-LS and JPEG
// 2000. Throws Error (data) without pixel data, with several frames, and for what is damaged,
// truncated or not supported.
DicomPixels read_dicom_pixels(const DicomDataset& dataset);

}  // namespace saker
