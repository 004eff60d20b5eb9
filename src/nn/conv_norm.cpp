#include "nn/conv_norm.hpp"

#include <string>

#include "nn/activation.hpp"
#include "nn/batch_norm.hpp"
#include "nn/depthwise_conv.hpp"
#include "nn/pointwise_conv.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

void check(std::int64_t in,
           std::int64_t out,
           std::int64_t kernel,
           std::int64_t stride,
           std::int64_t groups) {
  if (in > 0 && out > 0 && kernel > 0 && kernel % 2 == 1 && stride > 0 && groups > 0 &&
      in % groups == 0 && out % groups == 0) {
    return;
  }
  throw Error(ErrorKind::kInternal,
              "a convolution of " + std::to_string(in) + " to " + std::to_string(out) +
                  " channels, kernel " + std::to_string(kernel) + ", stride " +
                  std::to_string(stride) + ", groups " + std::to_string(groups) +
                  " cannot be: sizes are positive, the kernel is odd, groups divides both");
}

torch::nn::Conv2d conv_without_bias(std::int64_t in,
                                    std::int64_t out,
                                    std::int64_t kernel,
                                    std::int64_t stride,
                                    std::int64_t groups) {
  return torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, kernel)
                               .stride(stride)
                               .padding(kernel / 2)
                               .groups(groups)
                               .bias(false));
}

torch::Tensor norm(const torch::Tensor& x, BatchNorm2dImpl& bn, bool relu) {
  if (bn.is_synchronized()) {
    const torch::Tensor output = bn.forward(x);
    return relu ? output.relu() : output;
  }
  const bool training = bn.is_training();
  if (training) bn.num_batches_tracked.add_(1);
  return batch_norm_relu(x,
                         bn.weight,
                         bn.bias,
                         bn.running_mean,
                         bn.running_var,
                         training,
                         bn.options.momentum().value_or(0.1),
                         bn.options.eps(),
                         relu);
}

}  // namespace

ConvNormImpl::ConvNormImpl(const ConvNormOptions& options) : options_(options) {
  check(options.in, options.out, options.kernel, options.stride, options.groups);
  conv = register_module(
      "conv",
      conv_without_bias(options.in, options.out, options.kernel, options.stride, options.groups));
  bn = register_module("bn", BatchNorm2d(options.out));
}

torch::Tensor ConvNormImpl::forward(const torch::Tensor& input) {
  const auto convolve = [&] {
    if (options_.groups == options_.in && options_.in == options_.out) {
      return depthwise_conv2d(input, conv->weight, options_.stride, options_.kernel / 2);
    }
    const bool pointwise = options_.kernel == 1 && options_.stride == 1 && options_.groups == 1;
    return pointwise ? pointwise_conv2d(input, conv->weight) : conv->forward(input);
  };
  if (options_.activation == Activation::kRelu) return norm(convolve(), *bn, true);
  return activate(norm(convolve(), *bn, false), options_.activation);
}

DepthwiseSeparableImpl::DepthwiseSeparableImpl(const DepthwiseSeparableOptions& options)
    : options_(options) {
  check(options.in, options.out, options.kernel, options.stride, 1);
  depthwise = register_module(
      "depthwise",
      conv_without_bias(options.in, options.in, options.kernel, options.stride, options.in));
  pointwise = register_module("pointwise", conv_without_bias(options.in, options.out, 1, 1, 1));
  bn = register_module("bn", BatchNorm2d(options.out));
}

torch::Tensor DepthwiseSeparableImpl::forward(const torch::Tensor& input) {
  const torch::Tensor x =
      depthwise_conv2d(input, depthwise->weight, options_.stride, options_.kernel / 2);
  return norm(pointwise_conv2d(x, pointwise->weight), *bn, true);
}

}  // namespace saker
