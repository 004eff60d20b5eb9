#include "detectors/picodet/conv_blocks.hpp"

namespace saker {

void FoldableConvNorm::fold() { folded_ = FoldedConv(*conv, bn.get(), options().activation); }

void FoldableDepthwiseSeparable::fold() {
  depthwise_folded_ = FoldedConv(*depthwise, nullptr);
  pointwise_folded_ = FoldedConv(*pointwise, bn.get(), Activation::kRelu);
}

std::shared_ptr<FoldableConvNorm> make_pointwise(std::int64_t in_channels,
                                                 std::int64_t out_channels) {
  return std::make_shared<FoldableConvNorm>(
      ConvNormOptions{.in = in_channels, .out = out_channels});
}

SqueezeExcitation::SqueezeExcitation(std::int64_t channels) {
  fc1_ = register_module("fc1",
                         torch::nn::Conv2d(torch::nn::Conv2dOptions(channels, channels / 4, 1)));
  fc2_ = register_module("fc2",
                         torch::nn::Conv2d(torch::nn::Conv2dOptions(channels / 4, channels, 1)));
}

torch::Tensor SqueezeExcitation::forward(const torch::Tensor& input) {
  const torch::Tensor pooled = input.mean({2, 3}, /*keepdim=*/true);
  return input * fc2_->forward(fc1_->forward(pooled).relu()).sigmoid();
}

}  // namespace saker
