// WebP by libwebp.
#pragma once

#include <cstddef>
#include <span>

#include "image/decoded_image.hpp"

namespace saker {

// 8-bit RGB, alpha dropped; of an animation the first frame, on black. The orientation comes from
// the EXIF chunk. Throws Error (data) for damaged and truncated data.
DecodedImage decode_webp(std::span<const std::byte> bytes);

// Of the canvas.
// Throws Error (data) for a damaged or truncated head.
OrientedSize webp_size(std::span<const std::byte> bytes);

}  // namespace saker
