// All images of a batch to another size: multi-scale training after the images were mixed.
#pragma once

#include "transforms/batch.hpp"

namespace saker {

// Two taps an axis, half-pixel centres, no antialiasing. Boxes are relative and stay as they are.
// size: positive.
void resize_batch(Batch& batch, ImageSize size);

}  // namespace saker
