#include "tensors/fill_module.hpp"

#include <torch/utils.h>

#include <set>

#include "fill.hpp"

namespace saker::test {
namespace {

torch::Tensor from_values(const std::vector<float>& values, c10::IntArrayRef shape) {
  return torch::tensor(values).view(shape);
}

}  // namespace

torch::Tensor uniform_tensor(const std::string& name,
                             const std::vector<std::int64_t>& shape,
                             double low,
                             double high) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count *= size;
  return from_values(uniform(name, count, low, high), shape);
}

void fill_module(torch::nn::Module& module, const std::string& prefix) {
  const torch::NoGradGuard no_grad;
  std::set<const void*> seen;
  for (auto& item : module.named_parameters()) {
    torch::Tensor& tensor = item.value();
    if (!seen.insert(tensor.unsafeGetTensorImpl()).second) continue;
    tensor.copy_(from_values(parameter(prefix + item.key(), tensor.sizes().vec()), tensor.sizes()));
  }
  for (auto& item : module.named_buffers()) {
    if (!item.key().ends_with("running_mean") && !item.key().ends_with("running_var")) continue;
    torch::Tensor& tensor = item.value();
    tensor.copy_(
        from_values(running_statistic(prefix + item.key(), tensor.numel()), tensor.sizes()));
  }
}

}  // namespace saker::test
