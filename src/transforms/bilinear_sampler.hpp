// Reads a placed image at another size, straight into a batch.
#pragma once

#include <span>

#include "transforms/batch.hpp"
#include "transforms/normalize.hpp"
#include "transforms/placed_image.hpp"

namespace saker {

// Equal, within 1e-5, to materializing the canvas, scaling its values (value * scale + bias), and
// resizing the float32 result by two taps an axis: half-pixel centres, no antialiasing, each axis
// by its own factor (OpenCV's INTER_LINEAR). A target of the canvas' size takes the pixels as they
// are.
//
// The cost goes with the target's size and the visible rows, not with the canvas: scaling commutes
// with interpolation, and the fill is one more column of the row that is read.
//
// target: [C, H, W], written whole. Throws Error (internal) when its length does not fit.
void sample_bilinear(const PlacedImage& image,
                     const ChannelScaling& scaling,
                     ImageSize size,
                     std::span<float> target);

}  // namespace saker
