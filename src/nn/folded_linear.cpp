#include "nn/folded_linear.hpp"

#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/utils.h>

#include <optional>
#include <string_view>

namespace saker {
namespace {

// Operators that LibTorch registers without declaring them in its headers.
constexpr const char* kPackLinear = "mkldnn::_reorder_linear_weight";
constexpr const char* kLinearOperator = "mkldnn::_linear_pointwise";

bool can_pack_linear(const torch::Tensor& weight) {
  c10::Dispatcher& dispatcher = c10::Dispatcher::singleton();
  return weight.is_cpu() && weight.scalar_type() == torch::kFloat32 &&
         at::globalContext().userEnabledMkldnn() && dispatcher.findSchema({kPackLinear, ""}) &&
         dispatcher.findSchema({kLinearOperator, ""});
}

torch::Tensor packed(const torch::Tensor& weight) {
  using Pack = torch::Tensor(const torch::Tensor&, std::optional<std::int64_t>);
  static const auto pack =
      c10::Dispatcher::singleton().findSchemaOrThrow(kPackLinear, "").typed<Pack>();
  return pack.call(weight, std::nullopt);
}

torch::Tensor fused_linear(const torch::Tensor& x,
                           const torch::Tensor& packed_weight,
                           const torch::Tensor& bias,
                           Activation activation) {
  using LinearOperator = torch::Tensor(const torch::Tensor&,
                                       const torch::Tensor&,
                                       const std::optional<torch::Tensor>&,
                                       std::string_view,
                                       c10::List<std::optional<at::Scalar>>,
                                       std::optional<std::string_view>);
  static const auto linear =
      c10::Dispatcher::singleton().findSchemaOrThrow(kLinearOperator, "").typed<LinearOperator>();
  return linear.call(x,
                     packed_weight,
                     bias.defined() ? std::make_optional(bias) : std::nullopt,
                     onednn_name(activation),
                     c10::List<std::optional<at::Scalar>>(),
                     "none");
}

}  // namespace

FoldedLinear::FoldedLinear(const torch::Tensor& weight,
                           const torch::Tensor& bias,
                           Activation activation)
    : activation_(activation) {
  const torch::NoGradGuard no_grad;
  if (PackedLinear::is_available() && weight.is_cpu() && weight.scalar_type() == torch::kFloat32) {
    packed_ = PackedLinear(weight, bias, activation);
    return;
  }
  weight_ = weight.detach().clone();
  if (bias.defined()) bias_ = bias.detach().clone();
  if (can_pack_linear(weight_)) weight_ = packed(weight_);
}

FoldedLinear::FoldedLinear(const LinearImpl& linear, Activation activation)
    : FoldedLinear(linear.weight, linear.bias, activation) {}

torch::Tensor FoldedLinear::operator()(const torch::Tensor& x) const {
  if (packed_) return packed_(x);
  if (weight_.is_mkldnn()) return fused_linear(x, weight_, bias_, activation_);
  return activate_(at::linear(x, weight_, bias_), activation_);
}

}  // namespace saker
