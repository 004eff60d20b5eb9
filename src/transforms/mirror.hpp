// Mirror images.
#pragma once

#include "saker/image.hpp"

namespace saker {

enum class MirrorAxis {
  kVertical,    // left and right change sides
  kHorizontal,  // top and bottom do
};

Image mirrored(const Image& image, MirrorAxis axis);

}  // namespace saker
