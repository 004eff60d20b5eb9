#include "detectors/ltdetr/distance_integral.hpp"

namespace saker {

torch::Tensor integrate_distances(const torch::Tensor& corners, const torch::Tensor& bins) {
  return torch::matmul(corners.unflatten(-1, {4, bins.size(0)}).softmax(-1), bins);
}

}  // namespace saker
