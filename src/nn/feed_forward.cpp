#include "nn/feed_forward.hpp"

#include <vector>

#include "nn/gelu_mlp.hpp"

namespace saker {

MlpImpl::MlpImpl(std::int64_t width, std::int64_t hidden) {
  fc1 = register_module("fc1", Linear(width, hidden));
  fc2 = register_module("fc2", Linear(hidden, width));
}

torch::Tensor MlpImpl::forward(const torch::Tensor& x, const torch::Tensor& scale) const {
  return fc2->with_scale(scale, [&](const torch::Tensor& weight, const torch::Tensor& bias) {
    return gelu_mlp(x, fc1->weight, fc1->bias, weight, bias);
  });
}

SwiGluImpl::SwiGluImpl(std::int64_t width, std::int64_t hidden) {
  w12 = register_module("w12", Linear(width, 2 * hidden));
  w3 = register_module("w3", Linear(hidden, width));
}

std::int64_t SwiGluImpl::hidden_of_mlp(std::int64_t mlp_hidden) {
  return (mlp_hidden * 2 / 3 + 7) / 8 * 8;
}

torch::Tensor SwiGluImpl::forward(const torch::Tensor& x, const torch::Tensor& scale) const {
  const std::vector<torch::Tensor> halves = w12->forward(x).chunk(2, -1);
  return w3->forward_scaled(torch::silu(halves[0]) * halves[1], scale);
}

}  // namespace saker
