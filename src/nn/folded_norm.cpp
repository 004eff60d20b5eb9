#include "nn/folded_norm.hpp"

#include "nn/plain_float.hpp"

namespace saker {
FoldedNorm::FoldedNorm(const torch::Tensor& weight, const torch::Tensor& bias, double eps)
    : weight_(plain_values(weight)), bias_(plain_values(bias)), eps_(static_cast<float>(eps)) {}

void FoldedNorm::write(const RowsView& x, float* to) const {
  linear_kernel(best_processor_level())
      ->normalize(x, size(), weight_.data(), bias_.data(), eps_, to);
}

}  // namespace saker
