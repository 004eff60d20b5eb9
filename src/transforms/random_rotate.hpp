// Turns the image by an angle.
#pragma once

#include <array>
#include <cstdint>

#include "core/random_stream.hpp"
#include "transforms/sample.hpp"

namespace saker {

struct RandomRotateSettings {
  double prob = 0.5;
  std::array<double, 2> degrees = {0, 0};  // lowest and highest angle
  std::int64_t interpolation = 3;  // OpenCV's number: 0 nearest, 1 linear, 2 cubic, 3 area (linear
                                   // for a rotation), 4 Lanczos
};

// What stands beside the image.
enum class RotationBorder { kBlack, kMirrored };

// Counter-clockwise by that many degrees about the centre, on a canvas of the same size.
// interpolation: as RandomRotateSettings has it.
Image rotate_image(const Image& image,
                   double degrees,
                   std::int64_t interpolation,
                   RotationBorder border);

// Counter-clockwise by that many degrees about the centre, on a canvas of the same size with 0
// outside. A box becomes the upright box around its turned corners, so boxes grow; those wholly
// outside are left out.
void rotate_sample(Sample& sample, double degrees, std::int64_t interpolation);

void random_rotate(const RandomRotateSettings& settings, RandomStream& draws, Sample& sample);

}  // namespace saker
