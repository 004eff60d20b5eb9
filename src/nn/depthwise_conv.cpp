#include "nn/depthwise_conv.hpp"

#include <ATen/autocast_mode.h>
#include <torch/autograd.h>
#include <torch/utils.h>

#include <algorithm>
#include <vector>

#include "nn/depthwise_kernel.hpp"
#include "nn/parallel.hpp"
#include "nn/plain_float.hpp"

namespace saker {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

bool own_kernel_serves(const torch::Tensor& input,
                       const torch::Tensor& weight,
                       std::int64_t stride,
                       std::int64_t padding) {
  if (!is_plain_float(input) || !is_plain_float(weight) ||
      at::autocast::is_autocast_enabled(at::kCPU))
    return false;
  if (input.dim() != 4 || weight.dim() != 4 || input.numel() == 0) return false;
  const std::int64_t kernel = weight.size(2);
  return (kernel == 3 || kernel == 5) && weight.size(3) == kernel && weight.size(1) == 1 &&
         weight.size(0) == input.size(1) && padding == kernel / 2 && (stride == 1 || stride == 2);
}

DepthwiseShape shape_of(const torch::Tensor& input,
                        const torch::Tensor& weight,
                        std::int64_t stride) {
  return {
      .height = input.size(2), .width = input.size(3), .kernel = weight.size(2), .stride = stride};
}

// Runs body(plane, scratch) for planes 0 .. count - 1 on all threads.
template <class Body>
void for_each_plane(std::int64_t count,
                    const DepthwiseShape& shape,
                    const DepthwiseKernel& kernel,
                    const Body& body) {
  constexpr std::int64_t kLeastDepthwiseWork = 1 << 16;  // multiplications worth a thread
  const std::int64_t work = shape.out_height() * shape.out_width() * shape.kernel * shape.kernel;
  parallel_for(count, kLeastDepthwiseWork / work + 1, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> scratch(static_cast<std::size_t>(kernel.scratch_floats(shape)));
    for (std::int64_t plane = begin; plane < end; ++plane) body(plane, scratch.data());
  });
}

torch::Tensor forward_pass(const torch::Tensor& input,
                           const torch::Tensor& weight,
                           const torch::Tensor& bias,
                           std::int64_t stride,
                           bool relu) {
  const DepthwiseShape shape = shape_of(input, weight, stride);
  const DepthwiseKernel& kernel = depthwise_kernel(best_processor_level());
  const std::int64_t channels = input.size(1), in_floats = shape.height * shape.width;
  const std::int64_t out_floats = shape.out_height() * shape.out_width(),
                     taps = shape.kernel * shape.kernel;
  torch::Tensor output =
      at::empty({input.size(0), channels, shape.out_height(), shape.out_width()}, input.options());
  const float* const in = input.const_data_ptr<float>();
  const float* const weights = weight.const_data_ptr<float>();
  const float* const biases = bias.defined() ? bias.const_data_ptr<float>() : nullptr;
  float* const out = output.mutable_data_ptr<float>();
  for_each_plane(input.size(0) * channels, shape, kernel, [&](std::int64_t plane, float* scratch) {
    const std::int64_t channel = plane % channels;
    kernel.forward(shape,
                   in + plane * in_floats,
                   weights + channel * taps,
                   biases == nullptr ? 0.0F : biases[channel],
                   relu,
                   out + plane * out_floats,
                   scratch);
  });
  return output;
}

class DepthwiseFunction : public torch::autograd::Function<DepthwiseFunction> {
 public:
  static torch::Tensor forward(AutogradContext* context,
                               const torch::Tensor& input,
                               const torch::Tensor& weight,
                               std::int64_t stride) {
    const torch::Tensor x = input.contiguous(), w = weight.contiguous();
    context->save_for_backward({x, w});
    context->saved_data["stride"] = stride;
    return forward_pass(x, w, {}, stride, false);
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& grad_outputs) {
    const auto saved = context->get_saved_variables();
    const torch::Tensor &input = saved[0], &weight = saved[1];
    const DepthwiseShape shape = shape_of(input, weight, context->saved_data["stride"].toInt());
    const DepthwiseKernel& kernel = depthwise_kernel(best_processor_level());
    const torch::Tensor grad_output = grad_outputs[0].contiguous();
    const std::int64_t batch = input.size(0), channels = input.size(1),
                       in_floats = shape.height * shape.width;
    const std::int64_t out_floats = shape.out_height() * shape.out_width(),
                       taps = shape.kernel * shape.kernel;

    torch::Tensor grad_input, grad_weight;
    float* to_input = nullptr;
    if (context->needs_input_grad(0)) {
      grad_input = at::empty(input.sizes(), input.options());
      to_input = grad_input.mutable_data_ptr<float>();
    }
    // One sum for each image, added in order afterwards: the result does not depend on the number
    // of threads.
    std::vector<float> partial(
        context->needs_input_grad(1) ? static_cast<std::size_t>(batch * channels * taps) : 0);
    const float* const in = input.const_data_ptr<float>();
    const float* const weights = weight.const_data_ptr<float>();
    const float* const gradient = grad_output.const_data_ptr<float>();
    for_each_plane(batch * channels, shape, kernel, [&](std::int64_t plane, float* scratch) {
      kernel.backward(shape,
                      in + plane * in_floats,
                      weights + plane % channels * taps,
                      gradient + plane * out_floats,
                      to_input == nullptr ? nullptr : to_input + plane * in_floats,
                      partial.empty() ? nullptr : partial.data() + plane * taps,
                      scratch);
    });
    if (!partial.empty()) {
      grad_weight = at::empty(weight.sizes(), weight.options());
      float* const to_weight = grad_weight.mutable_data_ptr<float>();
      for (std::int64_t i = 0; i < channels * taps; ++i) {
        double sum = 0;
        for (std::int64_t b = 0; b < batch; ++b)
          sum += static_cast<double>(partial[static_cast<std::size_t>(b * channels * taps + i)]);
        to_weight[i] = static_cast<float>(sum);
      }
    }
    return {grad_input, grad_weight, torch::Tensor()};
  }
};

}  // namespace

torch::Tensor depthwise_conv2d(const torch::Tensor& input,
                               const torch::Tensor& weight,
                               std::int64_t stride,
                               std::int64_t padding) {
  if (!own_kernel_serves(input, weight, stride, padding)) {
    return torch::conv2d(input, weight, {}, stride, padding, 1, weight.size(0));
  }
  return DepthwiseFunction::apply(input, weight, stride);
}

torch::Tensor depthwise_conv2d_bias_relu(const torch::Tensor& input,
                                         const torch::Tensor& weight,
                                         const torch::Tensor& bias,
                                         std::int64_t stride,
                                         std::int64_t padding,
                                         bool relu) {
  const torch::NoGradGuard no_grad;
  if (!own_kernel_serves(input, weight, stride, padding) ||
      (bias.defined() && !is_plain_float(bias))) {
    torch::Tensor output = torch::conv2d(input, weight, bias, stride, padding, 1, weight.size(0));
    return relu ? output.relu_() : output;
  }
  return forward_pass(input.contiguous(),
                      weight.contiguous(),
                      bias.defined() ? bias.contiguous() : bias,
                      stride,
                      relu);
}

}  // namespace saker
