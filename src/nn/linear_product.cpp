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
  // First the pieces of the left factor, then the panels of the right one.
  parallel_for(pieces + panels, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      if (i < pieces) {
        const std::int64_t first = i * kBfloat16Width;
        kernel.round_columns(left_values + first,
                             std::min(kBfloat16Width, out - first),
                             out,
                             rows,
                             columns + first * stride,
                             stride);
      } else {
        const std::int64_t first = (i - pieces) * kBfloat16Width;
        kernel.pack_columns(right_values + first,
                            std::min(kBfloat16Width, in - first),
                            in,
                            rows,
                            packed + first * depth);
      }
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
    const FoldingPrecisionScope precision(product_precision(bfloat16));
    return PackedLinear(weight, bias.value_or(torch::Tensor()))(x);
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const auto saved = context->get_saved_variables();
    const torch::Tensor &x = saved[0], &weight = saved[1], &gradient = gradients[0];
    torch::Tensor of_x, of_weight, of_bias;
    const bool bfloat16 = context->saved_data["bfloat16"].toBool();
    const FoldingPrecisionScope precision(product_precision(bfloat16));
    if (context->needs_input_grad(0)) of_x = PackedLinear(weight.t(), {})(gradient);
    const torch::Tensor rows = gradient.reshape({-1, weight.size(0)});
    if (context->needs_input_grad(1)) {
      const torch::Tensor inputs = x.reshape({-1, weight.size(1)});
      of_weight = weight_gradient(rows, inputs, bfloat16);
    }
    if (context->saved_data["bias"].toBool() && context->needs_input_grad(2)) of_bias = rows.sum(0);
    return {of_x, of_weight, of_bias};
  }
};

// Rows of x whose gradient stays in the second cache while the layers add to it.
constexpr std::int64_t kGradientRows = 96;

class LinearProductsFunction : public torch::autograd::Function<LinearProductsFunction> {
 public:
  static tensor_list forward(AutogradContext* context,
                             const torch::Tensor& x,
                             at::TensorList weights,
                             at::TensorList biases) {
    const bool bfloat16 = autocasts_to_own_bfloat16();
    const FoldingPrecisionScope precision(product_precision(bfloat16));
    tensor_list saved = {x.contiguous()}, results;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      results.push_back(PackedLinear(weights[i], biases[i])(saved[0]));
      saved.push_back(weights[i]);
    }
    context->save_for_backward(saved);
    context->saved_data["bfloat16"] = bfloat16;
    return results;
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const auto saved = context->get_saved_variables();
    const torch::Tensor& x = saved[0];
    const std::size_t layers = saved.size() - 1;
    const bool bfloat16 = context->saved_data["bfloat16"].toBool();
    const FoldingPrecisionScope precision(product_precision(bfloat16));
    const std::int64_t in = x.size(-1), count = x.numel() / in;
    const torch::Tensor inputs = x.reshape({count, in});
    tensor_list result(1 + 2 * layers), rows;
    std::vector<PackedLinear> to_input;
    for (std::size_t i = 0; i < layers; ++i) {
      if (!gradients[i].defined()) continue;
      rows.push_back(gradients[i].reshape({count, -1}).contiguous());
      if (context->needs_input_grad(0)) to_input.emplace_back(saved[1 + i].t(), torch::Tensor());
      if (context->needs_input_grad(1 + i))
        result[1 + i] = weight_gradient(rows.back(), inputs, bfloat16);
      if (context->needs_input_grad(1 + layers + i)) result[1 + layers + i] = rows.back().sum(0);
    }
    if (to_input.empty()) return result;
    result[0] = at::empty_like(x);
    float* const to = result[0].mutable_data_ptr<float>();
    parallel_for(count, 1, [&](std::int64_t begin, std::int64_t end) {
      for_even_runs(begin, end, kGradientRows, [&](std::int64_t first, std::int64_t run) {
        for (std::size_t i = 0; i < to_input.size(); ++i) {
          const std::int64_t out = to_input[i].in();
          const RowsView gradient{rows[i].const_data_ptr<float>() + first * out, run, out};
          const MutableRows sum{to + first * in, in};
          if (i == 0) {
            to_input[i].write(gradient, sum);
          } else {
            to_input[i].add_to(gradient, sum);
          }
        }
      });
    });
    return result;
  }
};

}  // namespace

bool own_product_serves(const torch::Tensor& x,
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

torch::Tensor product_input(const torch::Tensor& x) {
  return autocasts_to_own_bfloat16() ? x.to(torch::kFloat32) : x;
}

FoldingPrecision product_precision(bool bfloat16) {
  return bfloat16 ? FoldingPrecision::kBfloat16 : FoldingPrecision::kFloat32;
}

torch::Tensor weight_gradient(const torch::Tensor& gradient,
                              const torch::Tensor& x,
                              bool bfloat16) {
  return bfloat16 ? bfloat16_weight_gradient(gradient, x) : at::mm(gradient.t(), x);
}

torch::Tensor linear_product(const torch::Tensor& x,
                             const torch::Tensor& weight,
                             const torch::Tensor& bias) {
  const torch::Tensor input = product_input(x);
  if (!own_product_serves(input, weight, bias)) return torch::linear(x, weight, bias);
  return LinearProductFunction::apply(
      input, weight, bias.defined() ? std::optional(bias) : std::nullopt);
}

std::vector<torch::Tensor> linear_products(const torch::Tensor& x,
                                           const std::vector<torch::Tensor>& weights,
                                           const std::vector<torch::Tensor>& biases) {
  const torch::Tensor input = product_input(x);
  bool serves = !weights.empty();
  for (std::size_t i = 0; i < weights.size(); ++i)
    serves = serves && own_product_serves(input, weights[i], biases[i]);
  if (serves)
    return LinearProductsFunction::apply(input, at::TensorList(weights), at::TensorList(biases));
  std::vector<torch::Tensor> results;
  for (std::size_t i = 0; i < weights.size(); ++i)
    results.push_back(linear_product(x, weights[i], biases[i]));
  return results;
}

}  // namespace saker
