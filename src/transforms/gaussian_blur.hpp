// Blurs an image with a Gaussian.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/random_stream.hpp"
#include "saker/image.hpp"

namespace saker {

struct GaussianBlurSettings {
  double prob = 1;
  std::array<double, 2> sigmas = {0.1, 2};  // pixels, uniform
  // Smallest and largest size of the kernel, of which odd ones are drawn; 0: 2 floor(3.5 sigma)
  // + 1.
  std::array<std::int64_t, 2> blur_limit = {0, 0};
};

// exp(-x^2 / (2 sigma^2)), normalised; `size` (odd) values, or 2 floor(3.5 sigma) + 1 for 0.
std::vector<double> gaussian_kernel(double sigma, std::int64_t size = 0);

// In both directions, mirrored at the borders; uint8 is rounded once, at the end.
void gaussian_blur(Image& image, const std::vector<double>& kernel);

void random_gaussian_blur(const GaussianBlurSettings& settings, RandomStream& draws, Image& image);

}  // namespace saker
