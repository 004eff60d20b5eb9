// Random colours.
#pragma once

#include <array>
#include <cstdint>

#include "core/random_stream.hpp"
#include "saker/image.hpp"
#include "transforms/step_window.hpp"

namespace saker {

struct PhotometricDistortSettings {
  double prob = 0.5;  // of the whole, and again of each of its two parts
  std::array<double, 2> brightness = {0.875, 1.125};
  std::array<double, 2> contrast = {0.5, 1.5};
  std::array<double, 2> saturation = {0.5, 1.5};
  std::array<double, 2> hue = {-0.05, 0.05};  // full circles
  StepWindow window = {};
};

struct ColorJitter {
  double brightness = 1, contrast = 1, saturation = 1, hue = 0;
  // 0 brightness, 1 contrast, 2 saturation, 3 hue.
  std::array<std::int64_t, 4> order = {0, 1, 2, 3};
};

// Each factor uniform in its range, the order uniform over all 24.
ColorJitter draw_color_jitter(const PhotometricDistortSettings& settings, RandomStream& draws);
void apply_color_jitter(const ColorJitter& jitter, Image& image);

// With probability prob: colour jitter and a random permutation of the channels, in random order,
// each with probability prob again. An image with one channel keeps it and is jittered only.
// Source: the photometric distortion of SSD (Liu et al., ECCV 2016), with the probabilities of the
// reference (tested as rates).
void photometric_distort(const PhotometricDistortSettings& settings,
                         RandomStream& draws,
                         Image& image);

}  // namespace saker
