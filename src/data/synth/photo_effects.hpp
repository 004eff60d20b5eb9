// What a camera adds to a drawn scene.
#pragma once

#include "core/random_stream.hpp"
#include "saker/image.hpp"

namespace saker {

struct PhotoEffects {
  double gain = 1;         // of the brightness
  double contrast = 1;     // about middle gray
  double light_angle = 0;  // radians: where the light grows to
  double light = 0;        // relative change of brightness from one side to the other
  double vignette = 0;     // relative loss in the corners
  double blur = 0;         // standard deviation, pixels; at most 8
  double noise = 0;        // half-width of the triangular distribution, levels
  bool gray = false;       // without colour
};

// Mild ones.
PhotoEffects random_photo_effects(RandomStream& draws);

// image: 8-bit RGB. The noise is drawn from `draws`.
void apply_photo_effects(Image& image, const PhotoEffects& effects, RandomStream& draws);

}  // namespace saker
