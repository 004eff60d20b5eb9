// Turns bright pixels dark.
#pragma once

#include "core/random_stream.hpp"
#include "saker/image.hpp"

namespace saker {

struct SolarizeSettings {
  double prob = 0.2;
  double threshold = 0.5;  // share of the full range
};

// v becomes 1 - v (uint8: 255 - v) where it is at least the threshold.
void solarize(Image& image, double threshold);
void random_solarize(const SolarizeSettings& settings, RandomStream& draws, Image& image);

}  // namespace saker
