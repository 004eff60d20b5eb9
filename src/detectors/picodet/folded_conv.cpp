#include "detectors/picodet/folded_conv.hpp"

#include <ATen/core/dispatch/Dispatcher.h>

#include <array>
#include <optional>
#include <string_view>

namespace saker {
namespace {

// Operators that LibTorch registers without declaring them in its headers.
constexpr const char* kPackOperator = "mkldnn::_reorder_convolution_weight";
constexpr const char* kConvolutionOperator = "mkldnn::_convolution_pointwise";

bool can_pack(const torch::Tensor& weight) {
  c10::Dispatcher& dispatcher = c10::Dispatcher::singleton();
  return weight.is_cpu() && weight.scalar_type() == torch::kFloat32 &&
         at::globalContext().userEnabledMkldnn() && dispatcher.findSchema({kPackOperator, ""}) &&
         dispatcher.findSchema({kConvolutionOperator, ""});
}

torch::Tensor packed(const torch::Tensor& weight,
                     std::int64_t padding,
                     std::int64_t stride,
                     std::int64_t groups) {
  using Pack = torch::Tensor(const torch::Tensor&,
                             c10::IntArrayRef,
                             c10::IntArrayRef,
                             c10::IntArrayRef,
                             std::int64_t,
                             c10::OptionalArrayRef<std::int64_t>);
  static const auto pack =
      c10::Dispatcher::singleton().findSchemaOrThrow(kPackOperator, "").typed<Pack>();
  const std::array<std::int64_t, 2> paddings = {padding, padding}, strides = {stride, stride},
                                    dilations = {1, 1};
  return pack.call(weight, paddings, strides, dilations, groups, std::nullopt);
}

torch::Tensor fused_convolution(const torch::Tensor& input,
                                const torch::Tensor& packed_weight,
                                const torch::Tensor& bias,
                                std::int64_t padding,
                                std::int64_t stride,
                                std::int64_t groups,
                                bool relu) {
  using Convolution = torch::Tensor(const torch::Tensor&,
                                    const torch::Tensor&,
                                    const std::optional<torch::Tensor>&,
                                    c10::IntArrayRef,
                                    c10::IntArrayRef,
                                    c10::IntArrayRef,
                                    std::int64_t,
                                    std::string_view,
                                    c10::List<std::optional<at::Scalar>>,
                                    std::optional<std::string_view>);
  static const auto convolution =
      c10::Dispatcher::singleton().findSchemaOrThrow(kConvolutionOperator, "").typed<Convolution>();
  const std::array<std::int64_t, 2> paddings = {padding, padding}, strides = {stride, stride},
                                    dilations = {1, 1};
  return convolution.call(input,
                          packed_weight,
                          bias.defined() ? std::make_optional(bias) : std::nullopt,
                          paddings,
                          strides,
                          dilations,
                          groups,
                          relu ? "relu" : "none",
                          c10::List<std::optional<at::Scalar>>(),
                          "");
}

}  // namespace

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
  if (norm != nullptr) fold(*norm);
  if (can_pack(weight_)) packed_weight_ = packed(weight_, padding_, stride_, groups_);
}

void FoldedConv::fold(const torch::nn::BatchNorm2dImpl& norm) {
  const auto as_double = [](const torch::Tensor& tensor) { return tensor.to(torch::kFloat64); };
  const torch::Tensor scale =
      as_double(norm.weight) / (as_double(norm.running_var) + norm.options.eps()).sqrt();
  torch::Tensor shift = as_double(norm.bias) - as_double(norm.running_mean) * scale;
  if (bias_.defined()) shift += as_double(bias_) * scale;
  weight_ = (as_double(weight_) * scale.view({-1, 1, 1, 1})).to(weight_.scalar_type());
  bias_ = shift.to(weight_.scalar_type());
}

torch::Tensor FoldedConv::operator()(const torch::Tensor& input) const {
  if (packed_weight_.defined()) {
    return fused_convolution(input, packed_weight_, bias_, padding_, stride_, groups_, relu_);
  }
  torch::Tensor output = at::conv2d(input, weight_, bias_, stride_, padding_, 1, groups_);
  return relu_ ? output.relu_() : output;
}

}  // namespace saker
