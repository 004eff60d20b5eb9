// Mirrors the image.
#pragma once

#include "core/random_stream.hpp"
#include "transforms/sample.hpp"

namespace saker {

struct RandomFlipSettings {
  double horizontal_prob = 0.5;  // left and right change sides
  double vertical_prob = 0;
};

void flip_sample_horizontal(Sample& sample);
void flip_sample_vertical(Sample& sample);

// The two are drawn independently; a probability of 0 draws nothing.
void random_flip_horizontal(const RandomFlipSettings& settings,
                            RandomStream& draws,
                            Sample& sample);
void random_flip_vertical(const RandomFlipSettings& settings, RandomStream& draws, Sample& sample);

}  // namespace saker
