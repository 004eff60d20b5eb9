#include "nn/depthwise_conv.hpp"

namespace saker {

torch::Tensor depthwise_conv2d(const torch::Tensor& input,
                               const torch::Tensor& weight,
                               std::int64_t stride,
                               std::int64_t padding) {
  return torch::conv2d(input, weight, {}, stride, padding, 1, weight.size(0));
}

torch::Tensor depthwise_conv2d_bias_relu(const torch::Tensor& input,
                                         const torch::Tensor& weight,
                                         const torch::Tensor& bias,
                                         std::int64_t stride,
                                         std::int64_t padding,
                                         bool relu) {
  const torch::Tensor output =
      torch::conv2d(input, weight, bias, stride, padding, 1, weight.size(0));
  return relu ? output.relu() : output;
}

}  // namespace saker
