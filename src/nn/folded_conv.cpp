#include "nn/folded_conv.hpp"

#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/utils.h>

#include <array>
#include <optional>
#include <string_view>

namespace saker {
namespace {

// Operators that LibTorch registers without declaring them in its headers.
constexpr const char* kPackConvolution = "mkldnn::_reorder_convolution_weight";
constexpr const char* kConvolutionOperator = "mkldnn::_convolution_pointwise";

bool can_pack_convolution(const torch::Tensor& weight) {
  c10::Dispatcher& dispatcher = c10::Dispatcher::singleton();
  return weight.is_cpu() && weight.scalar_type() == torch::kFloat32 &&
         at::globalContext().userEnabledMkldnn() && dispatcher.findSchema({kPackConvolution, ""}) &&
         dispatcher.findSchema({kConvolutionOperator, ""});
}

torch::Tensor packed(const torch::Tensor& weight, const FoldedConvOptions& options) {
  using Pack = torch::Tensor(const torch::Tensor&,
                             c10::IntArrayRef,
                             c10::IntArrayRef,
                             c10::IntArrayRef,
                             std::int64_t,
                             c10::OptionalArrayRef<std::int64_t>);
  static const auto pack =
      c10::Dispatcher::singleton().findSchemaOrThrow(kPackConvolution, "").typed<Pack>();
  const std::array<std::int64_t, 2> paddings = {options.padding, options.padding},
                                    strides = {options.stride, options.stride}, dilations = {1, 1};
  return pack.call(weight, paddings, strides, dilations, options.groups, std::nullopt);
}

torch::Tensor fused_convolution(const torch::Tensor& input,
                                const torch::Tensor& packed_weight,
                                const torch::Tensor& bias,
                                const FoldedConvOptions& options) {
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
  const std::array<std::int64_t, 2> paddings = {options.padding, options.padding},
                                    strides = {options.stride, options.stride}, dilations = {1, 1};
  return convolution.call(input,
                          packed_weight,
                          bias.defined() ? std::make_optional(bias) : std::nullopt,
                          paddings,
                          strides,
                          dilations,
                          options.groups,
                          onednn_name(options.activation),
                          c10::List<std::optional<at::Scalar>>(),
                          "none");
}

bool own_kernels_serve(const torch::Tensor& weight, const FoldedConvOptions& options) {
  return PackedLinear::is_available() && weight.is_cpu() &&
         weight.scalar_type() == torch::kFloat32 && options.groups == 1 &&
         weight.size(2) == weight.size(3);
}

// Pixels in, pixels out.
bool is_pointwise(const torch::Tensor& weight, const FoldedConvOptions& options) {
  return weight.size(2) == 1 && options.stride == 1 && options.padding == 0;
}

// Below, transforming or gathering pixels costs more than faster products save (benchmarks/nn).
constexpr std::int64_t kLeastChannels = 64, kLeastBfloat16Channels = 16;

bool is_wide_3x3(const torch::Tensor& weight, const FoldedConvOptions& options) {
  return weight.size(2) == 3 && options.stride == 1 && options.padding == 1 &&
         weight.size(0) >= kLeastChannels && weight.size(1) >= kLeastChannels;
}

bool is_worth_gathering(const torch::Tensor& weight) {
  return weight.size(1) >= (folding_bfloat16_kernel() ? kLeastBfloat16Channels : kLeastChannels);
}

torch::Tensor copy_of(const torch::Tensor& tensor) {
  return tensor.defined() ? tensor.detach().clone() : tensor;
}

}  // namespace

FoldedWeights fold_batch_norm(const torch::Tensor& weight,
                              const torch::Tensor& bias,
                              const torch::nn::BatchNorm2dImpl* norm) {
  const torch::NoGradGuard no_grad;
  if (norm == nullptr) return {.weight = copy_of(weight), .bias = copy_of(bias)};
  const auto as_double = [](const torch::Tensor& tensor) { return tensor.to(torch::kFloat64); };
  const torch::Tensor scale =
      as_double(norm->weight) / (as_double(norm->running_var) + norm->options.eps()).sqrt();
  torch::Tensor shift = as_double(norm->bias) - as_double(norm->running_mean) * scale;
  if (bias.defined()) shift += as_double(bias) * scale;
  return {.weight = (as_double(weight) * scale.view({-1, 1, 1, 1})).to(weight.scalar_type()),
          .bias = shift.to(weight.scalar_type())};
}

FoldedConv::FoldedConv(const FoldedWeights& weights, const FoldedConvOptions& options)
    : options_(options), bias_(weights.bias) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor& weight = weights.weight;
  if (own_kernels_serve(weight, options)) {
    if (is_pointwise(weight, options)) {
      pointwise_ = PackedLinear(weight.flatten(1), bias_, options.activation);
    } else if (is_wide_3x3(weight, options)) {
      if (const Bfloat16Kernel* kernel = folding_bfloat16_kernel()) {
        bfloat16_.emplace(*kernel, weight, bias_, options.activation);
      } else {
        winograd_.emplace(weight, bias_);
      }
    } else if (is_worth_gathering(weight)) {
      im2col_.emplace(weight, bias_, options.stride, options.padding, options.activation);
    }
  }
  if (!*this) weight_ = can_pack_convolution(weight) ? packed(weight, options) : weight;
}

FoldedConv::FoldedConv(const Conv2dImpl& conv,
                       const torch::nn::BatchNorm2dImpl* norm,
                       Activation activation)
    : FoldedConv(fold_batch_norm(conv.weight, conv.bias, norm),
                 {.stride = conv.options().stride,
                  .padding = conv.options().padding,
                  .groups = conv.options().groups,
                  .activation = activation}) {}

FoldedConv::FoldedConv(const torch::nn::Conv2dImpl& conv,
                       const torch::nn::BatchNorm2dImpl* norm,
                       Activation activation)
    : FoldedConv(fold_batch_norm(conv.weight, conv.bias, norm),
                 {.stride = conv.options.stride()->at(0),
                  .padding = conv.weight.size(2) / 2,
                  .groups = conv.options.groups(),
                  .activation = activation}) {}

torch::Tensor FoldedConv::operator()(const torch::Tensor& input) const {
  if (pointwise_) {
    const torch::Tensor pixels = input.contiguous(torch::MemoryFormat::ChannelsLast);
    return pointwise_(pixels.permute({0, 2, 3, 1})).permute({0, 3, 1, 2});
  }
  if (im2col_) return (*im2col_)(input);
  if (bfloat16_) return (*bfloat16_)(input);
  if (winograd_) return activate_((*winograd_)(input), options_.activation);
  if (weight_.is_mkldnn()) return fused_convolution(input, weight_, bias_, options_);
  return activate_(at::conv2d(input,
                              weight_,
                              bias_,
                              options_.stride,
                              options_.padding,
                              /*dilation=*/1,
                              options_.groups),
                   options_.activation);
}

}  // namespace saker
