// A convolution with everything that follows it in one unit, for prediction.
#pragma once

#include <torch/torch.h>

#include <cstdint>

namespace saker {

// y = activation(conv(x) + bias) with the batch norm in weight and bias. Empty until it is made
// from a convolution; later changes of that do not reach it. Not differentiable in the weights.
class FoldedConv {
 public:
  FoldedConv() = default;
  // norm: null for none; its running statistics are used.
  FoldedConv(const torch::nn::Conv2dImpl& conv, const torch::nn::BatchNorm2dImpl* norm, bool relu);

  explicit operator bool() const { return weight_.defined(); }
  torch::Tensor operator()(const torch::Tensor& input) const;

 private:
  void fold(const torch::nn::BatchNorm2dImpl& norm);

  torch::Tensor weight_, bias_;
  torch::Tensor packed_weight_;  // undefined where oneDNN does not serve
  std::int64_t stride_ = 1, groups_ = 1, padding_ = 0;
  bool relu_ = false;
};

}  // namespace saker
