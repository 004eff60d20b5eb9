#include "nn/initialization.hpp"

#include <cmath>

#include "core/random_stream.hpp"

namespace saker {
namespace {

template <typename Draw>
void fill(torch::Tensor& tensor, const WeightKey& key, const Draw& draw) {
  const std::string purpose = "initialization " + key.name;
  RandomStream stream({.seed = key.seed, .purpose = purpose});
  torch::Tensor values = torch::empty(tensor.sizes(), torch::kFloat32);
  float* const data = values.mutable_data_ptr<float>();
  for (std::int64_t i = 0; i < values.numel(); ++i) data[i] = static_cast<float>(draw(stream));
  tensor.copy_(values);
}

}  // namespace

void fill_normal(torch::Tensor& tensor, double std, const WeightKey& key) {
  fill(tensor, key, [std](RandomStream& stream) { return std * stream.normal(); });
}

void fill_uniform(torch::Tensor& tensor, double bound, const WeightKey& key) {
  fill(tensor, key, [bound](RandomStream& stream) { return stream.uniform(-bound, bound); });
}

std::int64_t fan_in(const torch::Tensor& weight) { return weight.numel() / weight.size(0); }

void fill_as_libtorch(torch::Tensor& tensor, const torch::Tensor& weight, const WeightKey& key) {
  fill_uniform(tensor, 1.0 / std::sqrt(static_cast<double>(fan_in(weight))), key);
}

void fill_xavier_uniform(torch::Tensor& tensor, const WeightKey& key) {
  const std::int64_t fan_out = tensor.numel() / tensor.size(1);
  fill_uniform(tensor, std::sqrt(6.0 / static_cast<double>(fan_in(tensor) + fan_out)), key);
}

}  // namespace saker
