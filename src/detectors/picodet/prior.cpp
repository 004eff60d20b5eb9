#include "detectors/picodet/prior.hpp"

#include "detectors/picodet/head_outputs.hpp"

namespace saker {

std::vector<Prior> picodet_priors(ImageSize input) {
  std::vector<Prior> priors;
  for (std::int64_t level = 0; level < kPicoDetLevels; ++level) {
    const std::int64_t stride = kPicoDetStrides[static_cast<std::size_t>(level)];
    const std::int64_t rows = (input.height + stride - 1) / stride;
    const std::int64_t columns = (input.width + stride - 1) / stride;
    const float step = static_cast<float>(stride);
    for (std::int64_t row = 0; row < rows; ++row) {
      for (std::int64_t column = 0; column < columns; ++column) {
        priors.push_back({.x = (static_cast<float>(column) + 0.5F) * step,
                          .y = (static_cast<float>(row) + 0.5F) * step,
                          .stride = step,
                          .level = level,
                          .cell = row * columns + column});
      }
    }
  }
  return priors;
}

}  // namespace saker
