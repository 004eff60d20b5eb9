#include "nn/folded_norm.hpp"

namespace saker {
namespace {

std::vector<float> values_of(const torch::Tensor& tensor) {
  const torch::Tensor plain = tensor.detach().to(torch::kCPU, torch::kFloat32).contiguous();
  const float* const data = plain.const_data_ptr<float>();
  return {data, data + plain.numel()};
}

}  // namespace

FoldedNorm::FoldedNorm(const torch::Tensor& weight, const torch::Tensor& bias, double eps)
    : weight_(values_of(weight)), bias_(values_of(bias)), eps_(static_cast<float>(eps)) {}

void FoldedNorm::write(const RowsView& x, float* to) const {
  linear_kernel(best_processor_level())
      ->normalize(x, size(), weight_.data(), bias_.data(), eps_, to);
}

}  // namespace saker
