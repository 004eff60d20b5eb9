// What the geometric augmentations work on.
#pragma once

#include "transforms/corner_boxes.hpp"
#include "transforms/placed_image.hpp"

namespace saker {

// Boxes are fractions of the canvas. An augmentation moves both together and leaves boxes
// unclipped: the pipeline clips and filters them after each.
struct Sample {
  PlacedImage image;
  LabeledBoxes boxes;
};

}  // namespace saker
