// Colour operations on RGB pixels, in place.
//
// Each works on uint8 (0..255) and on float32 ([0, 1]) images with 3 channels or 1; a gray image
// has no saturation and no hue to change. A factor of 1 (for hue: 0) leaves the image as it is.
// Luma is 0.299 R + 0.587 G + 0.114 B.
//
// The uint8 forms follow OpenCV's fixed-point colour conversion; brightness and contrast truncate,
// saturation rounds.
#pragma once

#include <array>
#include <cstdint>

#include "saker/image.hpp"

namespace saker {

// value * factor, clipped. factor >= 0.
void adjust_brightness(Image& image, double factor);
// value * factor + mean * (1 - factor), clipped; mean is that of the image's luma. factor >= 0.
void adjust_contrast(Image& image, double factor);
// value * factor + luma * (1 - factor), clipped. factor >= 0.
void adjust_saturation(Image& image, double factor);
// Every channel becomes the luma.
void make_gray(Image& image);
// Turns the hue by `turns` of a full circle, -0.5..0.5.
void adjust_hue(Image& image, double turns);
// Channel c becomes the former channel order[c]. Needs 3 channels.
void shuffle_channels(Image& image, const std::array<std::int64_t, 3>& order);

// The mean luma in the range of the pixels.
double mean_luma(const Image& image);

}  // namespace saker
