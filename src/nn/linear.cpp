#include "nn/linear.hpp"

#include <torch/utils.h>

#include "nn/linear_product.hpp"

namespace saker {

LinearImpl::LinearImpl(std::int64_t in, std::int64_t out, bool with_bias) {
  weight = register_parameter("weight", torch::empty({out, in}));
  if (with_bias) bias = register_parameter("bias", torch::empty({out}));
}

torch::Tensor LinearImpl::forward(const torch::Tensor& x) const {
  return linear_product(x, weight, bias);
}

torch::Tensor LinearImpl::forward_scaled(const torch::Tensor& x, const torch::Tensor& scale) const {
  if (!scale.defined()) return forward(x);
  if (!torch::GradMode::is_enabled()) return forward(x) * scale;
  return linear_product(
      x, weight * scale.unsqueeze(1), bias.defined() ? bias * scale : torch::Tensor());
}

}  // namespace saker
