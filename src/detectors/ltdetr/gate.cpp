#include "detectors/ltdetr/gate.hpp"

#include <vector>

namespace saker {

GateImpl::GateImpl(std::int64_t width) {
  gate_ = register_module("gate", LinearUnit(2 * width, 2 * width));
  norm_ = register_module("norm", torch::nn::LayerNorm(torch::nn::LayerNormOptions({width})));
}

torch::Tensor GateImpl::forward(const torch::Tensor& a, const torch::Tensor& b) {
  const std::vector<torch::Tensor> gates =
      gate_->forward(torch::cat({a, b}, -1)).sigmoid().chunk(2, -1);
  return norm_->forward(gates[0] * a + gates[1] * b);
}

}  // namespace saker
