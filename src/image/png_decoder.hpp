// PNG by libpng.
#pragma once

#include <cstddef>
#include <span>

#include "image/decoded_image.hpp"

namespace saker {

// RGB of 8-bit values, or of v / 65535 for 16 bits. Palettes are expanded, 1, 2 and 4 bit gray
// stretched to 0..255, gray replicated, alpha and transparent colours dropped. The orientation
// comes from the eXIf chunk. Throws Error (data) for damaged and truncated data.
DecodedImage decode_png(std::span<const std::byte> bytes);

// From the header and the eXIf chunk, which may stand behind the picture.
// Throws Error (data) for a damaged or truncated head.
OrientedSize png_size(std::span<const std::byte> bytes);

}  // namespace saker
