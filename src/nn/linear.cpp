#include "nn/linear.hpp"

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
  return with_scale(scale,
                    [&](const torch::Tensor& scaled_weight, const torch::Tensor& scaled_bias) {
                      return linear_product(x, scaled_weight, scaled_bias);
                    });
}

}  // namespace saker
