#include "detectors/ltdetr/location_quality.hpp"

#include <tuple>

namespace saker {
namespace {

constexpr std::int64_t kEdges = 4, kLargest = 4, kHidden = 64, kLayers = 2;

}  // namespace

LocationQualityImpl::LocationQualityImpl() {
  reg_conf_ = register_module("reg_conf", ReluMlp(kEdges * (kLargest + 1), kHidden, 1, kLayers));
}

torch::Tensor LocationQualityImpl::forward(const torch::Tensor& scores,
                                           const torch::Tensor& corners) const {
  const torch::Tensor probabilities = corners.unflatten(-1, {kEdges, -1}).softmax(-1);
  const torch::Tensor largest = std::get<0>(probabilities.topk(kLargest, -1));
  const torch::Tensor statistics = torch::cat({largest, largest.mean(-1, /*keepdim=*/true)}, -1);
  return scores + reg_conf_->forward(statistics.flatten(-2));
}

}  // namespace saker
