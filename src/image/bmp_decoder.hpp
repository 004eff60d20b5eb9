// Windows and OS/2 bitmaps.
#pragma once

#include <cstddef>
#include <span>

#include "image/decoded_image.hpp"
#include "saker/image.hpp"

namespace saker {

// 8-bit RGB of 1, 2, 4, 8, 16, 24 and 32 bit bitmaps: palettes, bit fields, RLE4 and RLE8,
// bottom-up and top-down, with the OS/2 core header or a Windows header of any version. Pixels that
// RLE skips and palette indices without an entry are black or the palette's first colour, as other
// readers have it. Alpha is dropped. Throws Error (data) for damaged and truncated data and for
// embedded JPEG, PNG, Huffman and RLE24 data.
Image decode_bmp(std::span<const std::byte> bytes);

// From the header.
// Throws Error (data) for a damaged or truncated head.
OrientedSize bmp_size(std::span<const std::byte> bytes);

}  // namespace saker
