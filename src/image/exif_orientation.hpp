// The EXIF orientation: how to turn stored pixels so that people see them upright.
#pragma once

#include <cstddef>
#include <span>

#include "saker/image.hpp"

namespace saker {

// The orientation (1..8) in an EXIF block, with or without its leading "Exif\0\0". 1 when there is
// none, when the block is damaged and when the value is not 1..8.
int parse_exif_orientation(std::span<const std::byte> exif) noexcept;

// The upright image for an orientation 1..8 (any other value counts as 1): 2 mirrored, 3 half turn,
// 4 upside down, 5 transposed, 6 to be turned right, 7 transposed over the other diagonal, 8 to be
// turned left. 5..8 swap height and width. Throws Error (internal) unless the image has 1 or 3
// channels.
Image apply_exif_orientation(const Image& image, int orientation);

}  // namespace saker
