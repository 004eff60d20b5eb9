// TIFF and BigTIFF by libtiff: strips and tiles, all compressions that libtiff was built with.
#pragma once

#include <cstddef>
#include <span>

#include "image/decoded_image.hpp"
#include "saker/image.hpp"

namespace saker {

// The first page as RGB, turned upright by its orientation tag.
//
// kU8 for up to 8 bits a sample (bits, gray and palettes stretched to 0..255), kF32 above: unsigned
// v / (2^bits - 1), signed v / (2^(bits-1) - 1), floating point as stored. Gray is replicated, CMYK
// multiplied out, further samples are dropped. Throws Error (data) for damaged and truncated data
// and for colour spaces and sample types that are not supported.
Image decode_tiff(std::span<const std::byte> bytes);

// Of the first page, with its orientation tag.
// Throws Error (data) for a damaged or truncated head.
OrientedSize tiff_size(std::span<const std::byte> bytes);

}  // namespace saker
