// Positions of the tokens of a feature map as sines and cosines.
#pragma once

#include <torch/types.h>

#include <cstdint>

namespace saker {

// [1, height * width, channels]; channels is a multiple of 4. With omega_j = 10000^(-j / (channels
// / 4)), row t is [sin(a omega), cos(a omega), sin(b omega), cos(b omega)] for a = floor(t /
// height) and b = t mod height. Tokens are ordered row by row, so that (a, b) are their row and
// column only if the map is square; published weights were trained with it as it is, for all
// shapes.
torch::Tensor sine_positions(std::int64_t height,
                             std::int64_t width,
                             std::int64_t channels,
                             const torch::TensorOptions& options);

}  // namespace saker
