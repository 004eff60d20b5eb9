// Rows of packed TIFF samples to numbers; private to the TIFF decoder.
#pragma once

#include <cstdint>
#include <span>

#include "image/tiff_file.hpp"

namespace saker {

// Up to 8 unsigned bits: the stored integers. `row` holds ceil(out.size() * layout.bits / 8) bytes.
void unpack_tiff_row(const TiffLayout& layout,
                     const std::uint8_t* row,
                     std::span<std::uint8_t> out);

// The others: integers divided by their type's maximum, floating point as stored. 16, 32 and 64
// bits are in native byte order.
void unpack_tiff_row(const TiffLayout& layout, const std::uint8_t* row, std::span<float> out);

}  // namespace saker
