// What every decoder returns, and the limit that all of them share.
#pragma once

#include <cstdint>
#include <string>

#include "saker/image.hpp"

namespace saker {

// Headers that promise more pixels are refused before memory is taken: 2^28, e.g. 16384 x 16384.
inline constexpr std::int64_t kMaxImagePixels = std::int64_t{1} << 28;

struct DecodedImage {
  Image image;          // RGB, not yet turned upright
  int orientation = 1;  // EXIF orientation, 1..8
  // Of damage that the decoder went over, so that parts of the picture are wrong: JPEG alone tells.
  std::string damage = {};
};

// As it is stored, or upright: each function says which.
struct OrientedSize {
  std::int64_t width = 0, height = 0;  // pixels
  int orientation = 1;                 // EXIF orientation, 1..8

  // 5..8: the file stores rows as columns.
  bool axes_swap() const noexcept { return orientation >= 5; }
};

// Throws Error (data) when a dimension is not positive or there are more than kMaxImagePixels.
void check_image_size(std::int64_t width, std::int64_t height);

}  // namespace saker
