#include "nn/linear_unit.hpp"

namespace saker {

torch::Tensor LinearUnitImpl::forward(const torch::Tensor& x) const {
  return folded_ ? folded_(x) : activate(LinearImpl::forward(x), activation_);
}

void LinearUnitImpl::fold() {
  folded_ = FoldedLinear(*this, activation_);
  parameters_.clear();
  weight = bias = torch::Tensor();
}

}  // namespace saker
