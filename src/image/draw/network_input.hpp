// What a network sees, as a picture again.
#pragma once

#include <cstdint>
#include <span>

#include "saker/image.hpp"

namespace saker {

// How a colour in [0, 1] becomes one of 256.
enum class ColorRounding {
  kDown,     // trunc(255 v), as the reference's pictures have it
  kNearest,  // gives 8-bit pixels back that were normalised
};

// chw: [channels, height, width]. mean, std: one value a channel, undone, or both empty for an
// input that is not normalised. Of 2 and more than 3 channels the first is shown as gray and the
// first three as RGB; values outside of [0, 1] and NaN are cut off. Returns 8-bit RGB.
Image picture_of_input(std::span<const float> chw,
                       std::int64_t channels,
                       std::int64_t height,
                       std::int64_t width,
                       std::span<const double> mean,
                       std::span<const double> std,
                       ColorRounding rounding);

// Copies an 8-bit RGB image into a larger one. It must fit there.
void paste(const Image& source, std::int64_t left, std::int64_t top, Image& target);

}  // namespace saker
