// JPEG by libjpeg-turbo: baseline, progressive and arithmetic coding, 8 bits a sample.
#pragma once

#include <cstddef>
#include <span>

#include "image/decoded_image.hpp"

namespace saker {

enum class JpegColours {
  kFromFile,   // what the file's markers say
  kStoredRgb,  // three components are RGB whatever the markers say (DICOM may say so elsewhere)
};

// 8-bit RGB: gray is replicated; CMYK and YCCK are taken as Adobe writes them (inverted) and
// multiplied out. Values are those of the accurate integer DCT with smooth chroma upsampling.
// Throws Error (data) for damaged and truncated data and for 12-bit samples.
DecodedImage decode_jpeg(std::span<const std::byte> bytes,
                         JpegColours colours = JpegColours::kFromFile);

// From the markers before the picture.
// Throws Error (data) for a damaged or truncated head.
OrientedSize jpeg_size(std::span<const std::byte> bytes);

}  // namespace saker
