#include "detectors/ltdetr/sine_positions.hpp"

namespace saker {

torch::Tensor sine_positions(std::int64_t height,
                             std::int64_t width,
                             std::int64_t channels,
                             const torch::TensorOptions& options) {
  const std::int64_t frequencies = channels / 4;
  const torch::Tensor omega = torch::pow(
      10000.0, -torch::arange(frequencies, torch::kFloat64) / static_cast<double>(frequencies));
  const torch::Tensor token = torch::arange(height * width, torch::kInt64);
  const auto angles = [&](const torch::Tensor& place) {
    return place.to(torch::kFloat64).unsqueeze(1) * omega;
  };
  const torch::Tensor a = angles(token.div(height, "floor")), b = angles(token.remainder(height));
  return torch::cat({a.sin(), a.cos(), b.sin(), b.cos()}, 1).unsqueeze(0).to(options);
}

}  // namespace saker
