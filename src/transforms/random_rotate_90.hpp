// Turns the image by quarter turns.
#pragma once

#include "core/random_stream.hpp"
#include "transforms/sample.hpp"

namespace saker {

struct RandomRotate90Settings {
  double prob = 0.5;
};

// Counter-clockwise by quarter_turns * 90 degrees, 0..3; an odd number swaps height and width.
void rotate_sample_90(Sample& sample, int quarter_turns);

// With probability prob one of the four turns, the one by nothing included.
void random_rotate_90(const RandomRotate90Settings& settings, RandomStream& draws, Sample& sample);

}  // namespace saker
