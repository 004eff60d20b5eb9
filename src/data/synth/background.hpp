// What the objects of a synthetic scene stand before.
#pragma once

#include <cstdint>

#include "core/random_stream.hpp"
#include "saker/image.hpp"

namespace saker {

// A textured picture in muted colours: plaster, cloth, boards, tiles or a floor below a wall. 8-bit
// RGB.
Image draw_background(std::int64_t width, std::int64_t height, RandomStream& draws);

}  // namespace saker
