// Rectangles of whole pixels, without anti-aliasing.
#pragma once

#include <cstdint>
#include <optional>

#include "image/draw/rgb.hpp"
#include "saker/detections.hpp"
#include "saker/image.hpp"

namespace saker {

// Both corners belong to it.
struct PixelRectangle {
  std::int64_t x1 = 0, y1 = 0, x2 = 0, y2 = 0;
};

// Coordinates truncated toward zero. Empty when one is not finite, x1 > x2 or y1 > y2.
std::optional<PixelRectangle> to_pixel_rectangle(const Box& box);

// The outline grows inwards to `width` pixels. What lies outside of the image is clipped. image:
// 8-bit RGB.
void outline_rectangle(Image& image,
                       const PixelRectangle& rectangle,
                       std::int64_t width,
                       Rgb color);

// alpha: 255 covers. A channel becomes round((c alpha + v (255 - alpha)) / 255).
void fill_rectangle(Image& image,
                    const PixelRectangle& rectangle,
                    Rgb color,
                    std::uint8_t alpha = 255);

}  // namespace saker
