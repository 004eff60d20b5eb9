// Puts the image somewhere on a larger canvas, so that objects become smaller.
#pragma once

#include <array>

#include "core/random_stream.hpp"
#include "transforms/sample.hpp"
#include "transforms/step_window.hpp"

namespace saker {

struct RandomZoomOutSettings {
  double prob = 0.5;
  double fill = 0;  // in the range of the pixels, before normalization
  std::array<double, 2> side_range = {1,
                                      4};  // both sides of the canvas, as a multiple of the image's
  StepWindow window = {};
};

// One factor for both sides; the place is a uniform whole pixel.
Padding draw_zoom_out(const RandomZoomOutSettings& settings, ImageSize size, RandomStream& draws);
void pad_sample(Sample& sample, const Padding& padding, double fill);

// Source: the "expand" augmentation of SSD (Liu et al., ECCV 2016).
void random_zoom_out(const RandomZoomOutSettings& settings, RandomStream& draws, Sample& sample);

}  // namespace saker
