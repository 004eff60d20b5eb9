// TIFF samples to RGB; private to the TIFF decoder.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "image/tiff_file.hpp"

namespace saker {

// Palette or stretching of up to 8 bits to colours.
using TiffTable = std::array<std::array<std::uint8_t, 3>, 256>;
// Throws Error (data) when a palette is missing.
TiffTable read_tiff_table(const TiffFile& file, const TiffLayout& layout);

// `count` pixels of layout.colour_samples() values each to three.
void tiff_to_rgb(const TiffLayout& layout,
                 const TiffTable& table,
                 const std::uint8_t* in,
                 std::size_t count,
                 std::uint8_t* out);
void tiff_to_rgb(const TiffLayout& layout,
                 const TiffTable& table,
                 const float* in,
                 std::size_t count,
                 float* out);

}  // namespace saker
