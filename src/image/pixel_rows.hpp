// Rectangles of pixels copied from one image to another.
#pragma once

#include <cstdint>

#include "saker/image.hpp"

namespace saker {

// Two images of the same width, channels and type, which hold these rows.
void copy_rows(
    const Image& source, std::int64_t first, std::int64_t count, Image& target, std::int64_t row);
// Within one image; the rows may overlap those that they move to.
void move_rows(Image& image, std::int64_t first, std::int64_t count, std::int64_t row);

// The rectangle with this upper left corner, which lies within the image.
Image crop(
    const Image& image, std::int64_t y, std::int64_t x, std::int64_t height, std::int64_t width);

}  // namespace saker
