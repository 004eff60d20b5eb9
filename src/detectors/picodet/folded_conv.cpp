#include "detectors/picodet/folded_conv.hpp"

namespace saker {

FoldedConv::FoldedConv(const torch::nn::Conv2dImpl& conv,
                       const torch::nn::BatchNorm2dImpl* norm,
                       bool relu)
    : stride_(conv.options.stride()->at(0)),
      groups_(conv.options.groups()),
      padding_(conv.weight.size(2) / 2),
      relu_(relu) {
  const torch::NoGradGuard no_grad;
  weight_ = conv.weight.detach().clone();
  if (conv.bias.defined()) bias_ = conv.bias.detach().clone();
  if (norm == nullptr) return;
  const auto as_double = [](const torch::Tensor& tensor) { return tensor.to(torch::kFloat64); };
  const torch::Tensor scale =
      as_double(norm->weight) / (as_double(norm->running_var) + norm->options.eps()).sqrt();
  torch::Tensor shift = as_double(norm->bias) - as_double(norm->running_mean) * scale;
  if (bias_.defined()) shift += as_double(bias_) * scale;
  weight_ = (as_double(weight_) * scale.view({-1, 1, 1, 1})).to(weight_.scalar_type());
  bias_ = shift.to(weight_.scalar_type());
}

torch::Tensor FoldedConv::operator()(const torch::Tensor& input) const {
  torch::Tensor output = at::conv2d(input, weight_, bias_, stride_, padding_, 1, groups_);
  return relu_ ? output.relu_() : output;
}

}  // namespace saker
