#include "nn/default_initialization.hpp"

#include <torch/utils.h>

#include <string_view>

#include "nn/initialization.hpp"

namespace saker {
namespace {

constexpr std::string_view kWeight = "weight", kBias = "bias";

bool is_last_part(std::string_view key, std::string_view name) {
  return key == name || (key.ends_with(name) && key[key.size() - name.size() - 1] == '.');
}

}  // namespace

void initialize_by_default(torch::nn::Module& module,
                           std::uint64_t seed,
                           const std::string& prefix) {
  const torch::NoGradGuard no_grad;
  auto parameters = module.named_parameters();
  for (auto& item : parameters) {
    const std::string& key = item.key();
    torch::Tensor& parameter = item.value();
    const WeightKey draws{.seed = seed, .name = prefix + key};
    if (is_last_part(key, "in_proj_weight")) {
      fill_xavier_uniform(parameter, draws);
    } else if (is_last_part(key, "in_proj_bias") || is_last_part(key, "out_proj.bias")) {
      parameter.zero_();
    } else if (is_last_part(key, kWeight) && parameter.dim() >= 2) {
      fill_as_libtorch(parameter, parameter, draws);
    } else if (is_last_part(key, kWeight)) {
      parameter.fill_(1);
    } else if (is_last_part(key, kBias)) {
      const torch::Tensor* const weight =
          parameters.find(key.substr(0, key.size() - kBias.size()) + std::string(kWeight));
      if (weight != nullptr && weight->dim() >= 2) {
        fill_as_libtorch(parameter, *weight, draws);
      } else {
        parameter.zero_();
      }
    }
  }
}

}  // namespace saker
