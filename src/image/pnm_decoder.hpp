// Portable any-map: PBM, PGM and PPM, plain (P1 to P3) and raw (P4 to P6).
#pragma once

#include <cstddef>
#include <span>

#include "image/decoded_image.hpp"
#include "saker/image.hpp"

namespace saker {

// RGB: 8 bit for a maximum value up to 255 (scaled to 255), v / maximum above it. Comments may
// stand anywhere in the header and between plain samples. Bits become 255 (0, white) and 0 (1,
// black). Of several pictures the first is read. Throws Error (data) for damaged and truncated data
// and for samples above the maximum.
Image decode_pnm(std::span<const std::byte> bytes);

// From the header.
// Throws Error (data) for a damaged or truncated head.
OrientedSize pnm_size(std::span<const std::byte> bytes);

}  // namespace saker
