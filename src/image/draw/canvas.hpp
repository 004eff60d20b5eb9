// Cairo on an Image.
#pragma once

#include <cstdint>
#include <functional>

#include "image/draw/rgb.hpp"
#include "saker/image.hpp"

struct _cairo;

namespace saker {

using CairoContext = ::_cairo;

// Half-open: left <= x < right.
struct PixelRegion {
  std::int64_t left = 0, top = 0, right = 0, bottom = 0;
};

// The same picture as 8-bit RGB: one channel is repeated, float values in [0, 1] are scaled and
// rounded. Throws Error (usage) unless there are 1 or 3 channels and at least one pixel.
Image to_rgb_u8(const Image& image);

// Runs `draw`, in coordinates of the image's pixels, on the part of `region` inside of the image;
// what it paints appears in `image`, other pixels keep their values. `draw` is called once a tile,
// because Cairo's surfaces end at 32767 pixels, and must paint the same each time. image: 8-bit
// RGB. Throws Error (internal) when Cairo fails.
void paint(Image& image, const PixelRegion& region, const std::function<void(CairoContext*)>& draw);
// On the whole image.
void paint(Image& image, const std::function<void(CairoContext*)>& draw);

void set_color(CairoContext* context, Rgb color, double opacity = 1.0);

// A path; nothing is painted yet. radius <= half of the smaller side.
void rounded_rectangle(
    CairoContext* context, double x, double y, double width, double height, double radius);

}  // namespace saker
