#include "nn/pointwise_conv.hpp"

#include <ATen/autocast_mode.h>
#include <torch/autograd.h>
#include <torch/utils.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "nn/parallel.hpp"
#include "nn/plain_float.hpp"
#include "nn/pointwise_kernel.hpp"

namespace saker {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

constexpr std::int64_t kLeastPointwiseWork = 1 << 17;  // multiplications worth a thread

const PointwiseKernel* best_pointwise_kernel() { return pointwise_kernel(best_processor_level()); }

bool own_kernel_serves(const torch::Tensor& input,
                       const torch::Tensor& weight,
                       const torch::Tensor& bias) {
  if (best_pointwise_kernel() == nullptr || at::autocast::is_autocast_enabled(at::kCPU))
    return false;
  if (!is_plain_float(input) || !is_plain_float(weight) ||
      (bias.defined() && !is_plain_float(bias)))
    return false;
  return input.dim() == 4 && weight.dim() == 4 && weight.size(1) == input.size(1) &&
         weight.size(2) == 1 && weight.size(3) == 1 && input.numel() > 0 && weight.numel() > 0 &&
         (!bias.defined() || bias.numel() == weight.size(0));
}

// The [m, k] matrix whose element (i, j) is at i * row + j * column, as the kernel wants left
// factors.
std::vector<float> packed(const PointwiseKernel& kernel,
                          const float* matrix,
                          std::int64_t m,
                          std::int64_t k,
                          std::int64_t row,
                          std::int64_t column) {
  const std::int64_t tile = kernel.tile_rows;
  std::vector<float> result(static_cast<std::size_t>((m + tile - 1) / tile * tile * k));
  for (std::int64_t i = 0; i < m; ++i) {
    for (std::int64_t j = 0; j < k; ++j) {
      result[static_cast<std::size_t>(i / tile * tile * k + j * tile + i % tile)] =
          matrix[i * row + j * column];
    }
  }
  return result;
}

// output[b] = left * input[b] + bias for every image. input: [B, k, H, W] with contiguous images;
// output: [B, m, H, W].
void multiply_images(const PointwiseKernel& kernel,
                     const std::vector<float>& left,
                     std::int64_t m,
                     const torch::Tensor& input,
                     const float* bias,
                     bool relu,
                     float* output) {
  const std::int64_t k = input.size(1), pixels = input.size(2) * input.size(3),
                     image = input.stride(0);
  const std::int64_t block = kernel.block_columns, blocks = (pixels + block - 1) / block;
  const float* const in = input.const_data_ptr<float>();
  const std::int64_t work = m * k * std::min(block, pixels);
  parallel_for(input.size(0) * blocks,
               kLeastPointwiseWork / work + 1,
               [&](std::int64_t begin, std::int64_t end) {
                 std::vector<float> scratch(static_cast<std::size_t>(kernel.multiply_scratch(k)));
                 for (std::int64_t unit = begin; unit < end; ++unit) {
                   const std::int64_t b = unit / blocks, x = unit % blocks * block;
                   const MatrixView right{.data = in + b * image + x,
                                          .rows = k,
                                          .columns = std::min(block, pixels - x),
                                          .stride = pixels};
                   kernel.multiply(left.data(),
                                   m,
                                   right,
                                   bias,
                                   relu,
                                   output + b * m * pixels + x,
                                   pixels,
                                   scratch.data());
                 }
               });
}

torch::Tensor forward_pass(const torch::Tensor& input,
                           const torch::Tensor& weight,
                           const torch::Tensor& bias,
                           bool relu) {
  const PointwiseKernel& kernel = *best_pointwise_kernel();
  const std::int64_t m = weight.size(0), k = weight.size(1);
  torch::Tensor output =
      at::empty({input.size(0), m, input.size(2), input.size(3)}, input.options());
  multiply_images(kernel,
                  packed(kernel, weight.const_data_ptr<float>(), m, k, k, 1),
                  m,
                  input,
                  bias.defined() ? bias.const_data_ptr<float>() : nullptr,
                  relu,
                  output.mutable_data_ptr<float>());
  return output;
}

// The sum over images of grad_output[b] * input[b]^T. Work is divided by sizes alone, so that the
// order of additions, and the result, do not depend on the number of threads.
torch::Tensor weight_gradient(const torch::Tensor& grad_output,
                              const torch::Tensor& input,
                              const torch::Tensor& weight) {
  constexpr std::int64_t kLeastPixels = 2048, kRows = 48;
  const PointwiseKernel& kernel = *best_pointwise_kernel();
  const std::int64_t m = weight.size(0), k = weight.size(1);
  const std::int64_t batch = input.size(0), pixels = input.size(2) * input.size(3);
  const std::int64_t images = std::min(batch, (kLeastPixels + pixels - 1) / pixels);  // in one sum
  const std::int64_t groups = (batch + images - 1) / images, strips = (m + kRows - 1) / kRows;
  std::vector<float> partial(static_cast<std::size_t>(groups * m * k));
  const float* const gradient = grad_output.const_data_ptr<float>();
  const float* const in = input.const_data_ptr<float>();
  const std::int64_t work = std::min(kRows, m) * k * images * pixels;
  parallel_for(
      groups * strips, kLeastPointwiseWork / work + 1, [&](std::int64_t begin, std::int64_t end) {
        std::vector<float> scratch(
            static_cast<std::size_t>(kernel.multiply_transposed_scratch(kRows, k)));
        for (std::int64_t unit = begin; unit < end; ++unit) {
          const std::int64_t group = unit / strips, row = unit % strips * kRows, b = group * images;
          const MatrixView left{.data = gradient + b * grad_output.stride(0) + row * pixels,
                                .rows = std::min(kRows, m - row),
                                .columns = pixels,
                                .stride = pixels};
          const MatrixView right{
              .data = in + b * input.stride(0), .rows = k, .columns = pixels, .stride = pixels};
          kernel.multiply_transposed(left,
                                     grad_output.stride(0),
                                     right,
                                     input.stride(0),
                                     std::min(images, batch - b),
                                     partial.data() + (group * m + row) * k,
                                     scratch.data());
        }
      });
  torch::Tensor result = at::empty({m, k, 1, 1}, weight.options());
  float* const to = result.mutable_data_ptr<float>();
  for (std::int64_t i = 0; i < m * k; ++i) {
    double sum = 0;
    for (std::int64_t group = 0; group < groups; ++group) {
      sum += static_cast<double>(partial[static_cast<std::size_t>(group * m * k + i)]);
    }
    to[i] = static_cast<float>(sum);
  }
  return result;
}

class PointwiseFunction : public torch::autograd::Function<PointwiseFunction> {
 public:
  static torch::Tensor forward(AutogradContext* context,
                               const torch::Tensor& input,
                               const torch::Tensor& weight,
                               const std::optional<torch::Tensor>& bias) {
    const torch::Tensor x = with_contiguous_images(input), w = weight.contiguous();
    context->save_for_backward({x, w});
    context->saved_data["bias"] = bias.has_value();
    return forward_pass(x, w, bias ? bias->contiguous() : torch::Tensor(), false);
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& grad_outputs) {
    const auto saved = context->get_saved_variables();
    const torch::Tensor &input = saved[0], &weight = saved[1];
    const torch::Tensor grad_output = with_contiguous_images(grad_outputs[0]);
    torch::Tensor grad_input, grad_weight, grad_bias;
    if (context->needs_input_grad(0)) {
      const PointwiseKernel& kernel = *best_pointwise_kernel();
      const std::int64_t m = weight.size(0), k = weight.size(1);
      grad_input = at::empty(input.sizes(), input.options());
      multiply_images(kernel,
                      packed(kernel, weight.const_data_ptr<float>(), k, m, 1, k),
                      k,
                      grad_output,
                      nullptr,
                      false,
                      grad_input.mutable_data_ptr<float>());
    }
    if (context->needs_input_grad(1)) grad_weight = weight_gradient(grad_output, input, weight);
    if (context->saved_data["bias"].toBool() && context->needs_input_grad(2))
      grad_bias = grad_output.sum({0, 2, 3});
    return {grad_input, grad_weight, grad_bias};
  }
};

}  // namespace

torch::Tensor pointwise_conv2d(const torch::Tensor& input,
                               const torch::Tensor& weight,
                               const torch::Tensor& bias) {
  if (!own_kernel_serves(input, weight, bias)) return torch::conv2d(input, weight, bias);
  return PointwiseFunction::apply(
      input, weight, bias.defined() ? std::optional(bias) : std::nullopt);
}

torch::Tensor pointwise_conv2d_bias_relu(const torch::Tensor& input,
                                         const torch::Tensor& weight,
                                         const torch::Tensor& bias,
                                         bool relu) {
  const torch::NoGradGuard no_grad;
  if (!own_kernel_serves(input, weight, bias)) {
    torch::Tensor output = torch::conv2d(input, weight, bias);
    return relu ? output.relu_() : output;
  }
  return forward_pass(with_contiguous_images(input),
                      weight.contiguous(),
                      bias.defined() ? bias.contiguous() : bias,
                      relu);
}

}  // namespace saker
