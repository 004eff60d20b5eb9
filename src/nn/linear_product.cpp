#include "nn/linear_product.hpp"

#include <torch/autograd.h>
#include <torch/utils.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "nn/autocast.hpp"
#include "nn/bfloat16_kernel.hpp"
#include "nn/packed_linear.hpp"
#include "nn/parallel.hpp"
#include "nn/plain_float.hpp"
#include "nn/scratch.hpp"

namespace saker {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

// Below, arranging the weights costs more than a faster product saves.
constexpr std::int64_t kLeastRows = 64;
// Rows whose factors of a weight's gradient stay in the first cache.
constexpr std::int64_t kGradientDepth = 256;

// Only what is trained: the deployed form is there for prediction, and other values stay LibTorch's
// to the last bit.
bool packed_product_serves(const torch::Tensor& x,
                           const torch::Tensor& weight,
                           const torch::Tensor& bias) {
  if (!torch::GradMode::is_enabled() || !(x.requires_grad() || weight.requires_grad()))
    return false;
  if (!PackedLinear::is_available()) return false;
  if (at::autocast::is_autocast_enabled(at::kCPU) && !autocasts_to_own_bfloat16()) return false;
  if (!is_plain_float(x) || !is_plain_float(weight) || (bias.defined() && !is_plain_float(bias)))
    return false;
  return x.dim() > 0 && weight.numel() > 0 && x.size(-1) == weight.size(1) &&
         x.numel() / weight.size(1) >= kLeastRows;
}

// gradient^T x, [out, in], of rows [R, out] and [R, in], with factors rounded to bfloat16.
torch::Tensor bfloat16_weight_gradient(const torch::Tensor& gradient, const torch::Tensor& x) {
  const Bfloat16Kernel& kernel = *bfloat16_kernel(best_bfloat16_level());
  const torch::Tensor right = x.contiguous(), left = gradient.contiguous();
  const std::int64_t rows = x.size(0), in = x.size(1), out = gradient.size(1);
  const std::int64_t depth = bfloat16_depth(rows),
                     panels = (in + kBfloat16Width - 1) / kBfloat16Width;
  // Rows whose distance is a large power of two would share few places in the caches.
  const std::int64_t stride = depth + kBfloat16Depth;
  const std::int64_t readable = (out + kBfloat16Rows - 1) / kBfloat16Rows * kBfloat16Rows;
  const auto memory = scratch((readable * stride + panels * kBfloat16Width * depth) / 2);
  auto* const columns = reinterpret_cast<Bfloat16*>(memory.get());
  Bfloat16* const packed = columns + readable * stride;
  const float* const left_values = left.const_data_ptr<float>();
  const float* const right_values = right.const_data_ptr<float>();
  const std::int64_t pieces = (out + kBfloat16Width - 1) / kBfloat16Width;
  parallel_for(pieces, 1, [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t first = begin * kBfloat16Width;
    kernel.round_columns(left_values + first,
                         std::min(end * kBfloat16Width, out) - first,
                         out,
                         rows,
                         columns + first * stride,
                         stride);
  });
  parallel_for(panels, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      kernel.pack_columns(right_values + i * kBfloat16Width,
                          std::min(kBfloat16Width, in - i * kBfloat16Width),
                          in,
                          rows,
                          packed + i * kBfloat16Width * depth);
    }
  });
  torch::Tensor result = at::empty({out, in}, x.options());
  float* const to = result.mutable_data_ptr<float>();
  const std::vector<float> no_bias(static_cast<std::size_t>(kBfloat16Width));
  const std::int64_t tap = 0;
  parallel_for(pieces * panels, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end;) {
      // The panels that this thread multiplies with the same rows.
      const std::int64_t row = i / panels * kBfloat16Width, first = i % panels;
      const std::int64_t last = std::min(panels, first + end - i);
      for (std::int64_t j = 0; j < depth; j += kGradientDepth) {
        const std::int64_t part = std::min(kGradientDepth, depth - j);
        for (std::int64_t panel = first; panel < last; ++panel) {
          kernel.multiply({.data = columns + row * stride + j,
                           .rows = std::min(kBfloat16Width, out - row),
                           .stride = stride,
                           .taps = &tap,
                           .tap_count = 1,
                           .depth = part},
                          {.data = packed + (panel * depth + j) * kBfloat16Width,
                           .bias = no_bias.data(),
                           .n = std::min(kBfloat16Width, in - panel * kBfloat16Width)},
                          Activation::kNone,
                          /*add=*/j > 0,
                          to + row * in + panel * kBfloat16Width,
                          in);
        }
      }
      i += last - first;
    }
  });
  return result;
}

FoldingPrecision precision_of(bool bfloat16) {
  return bfloat16 ? FoldingPrecision::kBfloat16 : FoldingPrecision::kFloat32;
}

class LinearProductFunction : public torch::autograd::Function<LinearProductFunction> {
 public:
  static torch::Tensor forward(AutogradContext* context,
                               const torch::Tensor& x,
                               const torch::Tensor& weight,
                               const std::optional<torch::Tensor>& bias) {
    context->save_for_backward({x, weight});
    const bool bfloat16 = autocasts_to_own_bfloat16();
    context->saved_data["bias"] = bias.has_value();
    context->saved_data["bfloat16"] = bfloat16;
    const FoldingPrecisionScope precision(precision_of(bfloat16));
    return PackedLinear(weight, bias.value_or(torch::Tensor()))(x);
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const auto saved = context->get_saved_variables();
    const torch::Tensor &x = saved[0], &weight = saved[1], &gradient = gradients[0];
    torch::Tensor of_x, of_weight, of_bias;
    const bool bfloat16 = context->saved_data["bfloat16"].toBool();
    const FoldingPrecisionScope precision(precision_of(bfloat16));
    if (context->needs_input_grad(0)) of_x = PackedLinear(weight.t(), {})(gradient);
    const torch::Tensor rows = gradient.reshape({-1, weight.size(0)});
    if (context->needs_input_grad(1)) {
      const torch::Tensor inputs = x.reshape({-1, weight.size(1)});
      of_weight = bfloat16 ? bfloat16_weight_gradient(rows, inputs) : at::mm(rows.t(), inputs);
    }
    if (context->saved_data["bias"].toBool() && context->needs_input_grad(2)) of_bias = rows.sum(0);
    return {of_x, of_weight, of_bias};
  }
};

}  // namespace

torch::Tensor linear_product(const torch::Tensor& x,
                             const torch::Tensor& weight,
                             const torch::Tensor& bias) {
  // In mixed precision, what comes from LibTorch's operations is bfloat16 already.
  const torch::Tensor input = autocasts_to_own_bfloat16() ? x.to(torch::kFloat32) : x;
  if (!packed_product_serves(input, weight, bias)) return torch::linear(x, weight, bias);
  return LinearProductFunction::apply(
      input, weight, bias.defined() ? std::optional(bias) : std::nullopt);
}

}  // namespace saker
