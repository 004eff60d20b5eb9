#include "nn/linear_product.hpp"

#include <ATen/autocast_mode.h>
#include <torch/autograd.h>
#include <torch/utils.h>

#include <optional>

#include "nn/packed_linear.hpp"
#include "nn/plain_float.hpp"

namespace saker {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

// Below, arranging the weights costs more than a faster product saves.
constexpr std::int64_t kLeastRows = 64;

// Only what is trained: the deployed form is there for prediction, and other values stay LibTorch's
// to the last bit.
bool packed_product_serves(const torch::Tensor& x,
                           const torch::Tensor& weight,
                           const torch::Tensor& bias) {
  if (!torch::GradMode::is_enabled() || !(x.requires_grad() || weight.requires_grad()))
    return false;
  if (!PackedLinear::is_available() || at::autocast::is_autocast_enabled(at::kCPU)) return false;
  if (!is_plain_float(x) || !is_plain_float(weight) || (bias.defined() && !is_plain_float(bias)))
    return false;
  return x.dim() > 0 && weight.numel() > 0 && x.size(-1) == weight.size(1) &&
         x.numel() / weight.size(1) >= kLeastRows;
}

class LinearProductFunction : public torch::autograd::Function<LinearProductFunction> {
 public:
  static torch::Tensor forward(AutogradContext* context,
                               const torch::Tensor& x,
                               const torch::Tensor& weight,
                               const std::optional<torch::Tensor>& bias) {
    context->save_for_backward({x, weight});
    context->saved_data["bias"] = bias.has_value();
    return PackedLinear(weight, bias.value_or(torch::Tensor()))(x);
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const auto saved = context->get_saved_variables();
    const torch::Tensor &x = saved[0], &weight = saved[1], &gradient = gradients[0];
    torch::Tensor of_x, of_weight, of_bias;
    if (context->needs_input_grad(0)) of_x = PackedLinear(weight.t(), {})(gradient);
    const torch::Tensor rows = gradient.reshape({-1, weight.size(0)});
    if (context->needs_input_grad(1)) of_weight = at::mm(rows.t(), x.reshape({-1, weight.size(1)}));
    if (context->saved_data["bias"].toBool() && context->needs_input_grad(2)) of_bias = rows.sum(0);
    return {of_x, of_weight, of_bias};
  }
};

}  // namespace

torch::Tensor linear_product(const torch::Tensor& x,
                             const torch::Tensor& weight,
                             const torch::Tensor& bias) {
  if (!packed_product_serves(x, weight, bias)) return torch::linear(x, weight, bias);
  return LinearProductFunction::apply(
      x, weight, bias.defined() ? std::optional(bias) : std::nullopt);
}

}  // namespace saker
