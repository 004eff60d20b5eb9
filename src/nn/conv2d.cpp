#include "nn/conv2d.hpp"

namespace saker {

Conv2dImpl::Conv2dImpl(const Conv2dOptions& options) : options_(options) {
  weight = register_parameter(
      "weight",
      torch::empty({options.out, options.in / options.groups, options.kernel, options.kernel}));
  if (options.bias) bias = register_parameter("bias", torch::empty({options.out}));
}

torch::Tensor Conv2dImpl::forward(const torch::Tensor& x) const {
  return torch::conv2d(
      x, weight, bias, options_.stride, options_.padding, /*dilation=*/1, options_.groups);
}

}  // namespace saker
