#include "nn/gelu_mlp.hpp"

#include <torch/autograd.h>
#include <torch/utils.h>

#include <vector>

#include "nn/autocast.hpp"
#include "nn/gelu_kernel.hpp"
#include "nn/linear_product.hpp"
#include "nn/packed_linear.hpp"
#include "nn/parallel.hpp"
#include "nn/plain_float.hpp"
#include "nn/scratch.hpp"

namespace saker {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

constexpr std::int64_t kMlpRows = 96;  // whose hidden values stay in the second cache

const GeluKernel& gelu_steps() { return *gelu_kernel(best_processor_level()); }

class GeluMlpFunction : public torch::autograd::Function<GeluMlpFunction> {
 public:
  static torch::Tensor forward(AutogradContext* context,
                               const torch::Tensor& input,
                               const torch::Tensor& w1,
                               const torch::Tensor& b1,
                               const torch::Tensor& w2,
                               const torch::Tensor& b2) {
    const torch::Tensor x = input.contiguous();
    const bool bfloat16 = autocasts_to_own_bfloat16();
    const FoldingPrecisionScope precision(product_precision(bfloat16));
    const PackedLinear fc1(w1, b1), fc2(w2, b2);
    const std::int64_t rows = x.numel() / fc1.in(), hidden = fc1.out();
    std::vector<std::int64_t> shape = x.sizes().vec();
    shape.back() = fc2.out();
    torch::Tensor y = at::empty(shape, x.options()), z = at::empty({rows, hidden}, x.options());
    const float* const from = x.const_data_ptr<float>();
    float* const before = z.mutable_data_ptr<float>();
    float* const to = y.mutable_data_ptr<float>();
    parallel_for(rows, 1, [&](std::int64_t begin, std::int64_t end) {
      const auto after = scratch(kMlpRows * hidden);
      for_even_runs(begin, end, kMlpRows, [&](std::int64_t first, std::int64_t count) {
        float* const part = before + first * hidden;
        fc1.write({from + first * fc1.in(), count, fc1.in()}, {part, hidden});
        gelu_steps().forward(part, count * hidden, after.get());
        fc2.write({after.get(), count, hidden}, {to + first * fc2.out(), fc2.out()});
      });
    });
    context->save_for_backward({x, z, w1, w2});
    context->saved_data["bfloat16"] = bfloat16;
    return y;
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const auto saved = context->get_saved_variables();
    const torch::Tensor &x = saved[0], &z = saved[1], &w1 = saved[2], &w2 = saved[3];
    const torch::Tensor grad_y = gradients[0].contiguous();
    const bool bfloat16 = context->saved_data["bfloat16"].toBool();
    const FoldingPrecisionScope precision(product_precision(bfloat16));
    const PackedLinear to_hidden(w2.t(), {}), to_input(w1.t(), {});
    const std::int64_t rows = z.size(0), hidden = z.size(1), out = to_hidden.in(),
                       in = to_input.out();
    torch::Tensor h = at::empty_like(z), grad_z = at::empty_like(z), grad_x;
    if (context->needs_input_grad(0)) grad_x = at::empty_like(x);
    const float* const from = grad_y.const_data_ptr<float>();
    const float* const before = z.const_data_ptr<float>();
    float* const after = h.mutable_data_ptr<float>();
    float* const gradient = grad_z.mutable_data_ptr<float>();
    float* const to = grad_x.defined() ? grad_x.mutable_data_ptr<float>() : nullptr;
    parallel_for(rows, 1, [&](std::int64_t begin, std::int64_t end) {
      for_even_runs(begin, end, kMlpRows, [&](std::int64_t first, std::int64_t count) {
        const std::int64_t at = first * hidden;
        to_hidden.write({from + first * out, count, out}, {gradient + at, hidden});
        gelu_steps().backward(before + at, count * hidden, after + at, gradient + at);
        if (to != nullptr) to_input.write({gradient + at, count, hidden}, {to + first * in, in});
      });
    });
    const torch::Tensor outputs = grad_y.reshape({rows, out}), inputs = x.reshape({rows, in});
    torch::Tensor grad_w1, grad_b1, grad_w2, grad_b2;
    if (context->needs_input_grad(1)) grad_w1 = weight_gradient(grad_z, inputs, bfloat16);
    if (context->needs_input_grad(2)) grad_b1 = grad_z.sum(0);
    if (context->needs_input_grad(3)) grad_w2 = weight_gradient(outputs, h, bfloat16);
    if (context->needs_input_grad(4)) grad_b2 = outputs.sum(0);
    return {grad_x, grad_w1, grad_b1, grad_w2, grad_b2};
  }
};

}  // namespace

torch::Tensor gelu_mlp(const torch::Tensor& x,
                       const torch::Tensor& w1,
                       const torch::Tensor& b1,
                       const torch::Tensor& w2,
                       const torch::Tensor& b2) {
  const torch::Tensor input = product_input(x);
  if (own_product_serves(input, w1, b1) && is_plain_float(w2) && is_plain_float(b2))
    return GeluMlpFunction::apply(input, w1, b1, w2, b2);
  return linear_product(torch::gelu(linear_product(x, w1, b1)), w2, b2);
}

}  // namespace saker
