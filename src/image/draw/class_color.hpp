// One colour per class.
#pragma once

#include <cstdint>

#include "image/draw/rgb.hpp"

namespace saker {

// The colour of the training-time example images: hue = (id * 0.618033988749895) mod 1, saturation
// 0.9, value 0.95. Ids may be negative.
Rgb class_color(std::int64_t class_id);

// The colour of the default style. The first ten are told apart with the common colour vision
// deficiencies; further ones step round the hues by the golden angle. Source: Okabe and Ito, "Color
// Universal Design", 2008 (ids 0-6); Tol, "Colour Schemes", SRON 2021 (7-9).
Rgb palette_color(std::int64_t class_id);

}  // namespace saker
