#include "nn/batch_norm_activation.hpp"

#include <torch/autograd.h>
#include <torch/utils.h>

#include <algorithm>
#include <vector>

#include "nn/batch_norm_statistics.hpp"
#include "nn/parallel.hpp"
#include "nn/pixel_batch_norm_kernel.hpp"
#include "nn/plain_float.hpp"

namespace saker {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

// Pixels whose sums are float32; those of the runs are added in float64, in order.
constexpr std::int64_t kRun = 128;

template <class Value>
const PixelBatchNormKernel<Value>& kernel_of() {
  const PixelBatchNormKernels& all = *pixel_batch_norm_kernels(best_processor_level());
  if constexpr (std::is_same_v<Value, float>) {
    return all.of_float;
  } else {
    return all.of_bfloat16;
  }
}

// Calls body.operator()<Value>() for the type of the tensor's elements.
template <class Body>
void for_type_of(const torch::Tensor& x, const Body& body) {
  if (x.scalar_type() == torch::kFloat32) {
    body.template operator()<float>();
  } else {
    body.template operator()<Bfloat16>();
  }
}

template <class Value>
const Value* values_of(const torch::Tensor& x) {
  return static_cast<const Value*>(x.const_data_ptr());
}

// Two sums of every channel over all pixels: sum(first pixel, pixels, to, to) writes those of a
// run.
template <class Sum>
std::vector<double> channel_sums(std::int64_t pixels, std::int64_t channels, const Sum& sum) {
  const std::int64_t runs = (pixels + kRun - 1) / kRun;
  torch::Tensor parts = at::empty({runs, 2, channels}, torch::kFloat32);
  float* const to = parts.mutable_data_ptr<float>();
  parallel_for(runs, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      float* const part = to + i * 2 * channels;
      sum(i * kRun, std::min(kRun, pixels - i * kRun), part, part + channels);
    }
  });
  std::vector<double> sums(static_cast<std::size_t>(2 * channels));
  for (std::int64_t i = 0; i < runs; ++i) {
    for (std::size_t c = 0; c < sums.size(); ++c)
      sums[c] += static_cast<double>(to[static_cast<std::size_t>(i) * sums.size() + c]);
  }
  return sums;
}

class BatchNormActivationFunction : public torch::autograd::Function<BatchNormActivationFunction> {
 public:
  static torch::Tensor forward(AutogradContext* context,
                               const torch::Tensor& x,
                               const torch::Tensor& weight,
                               const torch::Tensor& bias,
                               const torch::Tensor& running_mean,
                               const torch::Tensor& running_var,
                               double momentum,
                               double eps,
                               std::int64_t activation) {
    const std::int64_t channels = x.size(1), pixels = x.numel() / channels;
    torch::Tensor y = at::empty_like(x);
    torch::Tensor norm = at::empty({3, channels}, torch::kFloat32);  // scale, shift, mean
    torch::Tensor inverse_std = at::empty({channels}, torch::kFloat32);
    float* const scale = norm.mutable_data_ptr<float>();
    float* const shift = scale + channels;
    float* const mean = shift + channels;
    const torch::Tensor w = weight.contiguous(), b = bias.contiguous();
    for_type_of(x, [&]<class Value>() {
      const PixelBatchNormKernel<Value>& kernel = kernel_of<Value>();
      const Value* const from = values_of<Value>(x);
      const torch::Tensor pivots = x.select(0, 0).select(1, 0).select(1, 0).to(torch::kFloat32);
      const float* const pivot = pivots.const_data_ptr<float>();
      const std::vector<double> sums = channel_sums(
          pixels,
          channels,
          [&](std::int64_t first, std::int64_t count, float* sum, float* squares) {
            kernel.moments(from + first * channels, count, channels, pivot, sum, squares);
          });
      float* const means = running_mean.mutable_data_ptr<float>();
      float* const variances = running_var.mutable_data_ptr<float>();
      const auto count = static_cast<double>(pixels);
      for (std::int64_t c = 0; c < channels; ++c) {
        const double sum = sums[static_cast<std::size_t>(c)],
                     squares = sums[static_cast<std::size_t>(channels + c)];
        const ChannelStatistics channel = channel_statistics(pivot[c], sum, squares, count, eps);
        move_running(channel, count, momentum, means[c], variances[c]);
        mean[c] = static_cast<float>(channel.mean);
        inverse_std.mutable_data_ptr<float>()[c] = static_cast<float>(channel.inverse_std);
        scale[c] = static_cast<float>(static_cast<double>(w.const_data_ptr<float>()[c]) *
                                      channel.inverse_std);
        shift[c] = static_cast<float>(static_cast<double>(b.const_data_ptr<float>()[c]) -
                                      channel.mean * static_cast<double>(scale[c]));
      }
      const PixelNorm parts = parts_of(norm, activation);
      auto* const to = static_cast<Value*>(y.mutable_data_ptr());
      parallel_for(pixels, kRun, [&](std::int64_t begin, std::int64_t end) {
        kernel.normalize(from + begin * channels, end - begin, parts, to + begin * channels);
      });
    });
    context->save_for_backward({x, norm, inverse_std});
    context->saved_data["activation"] = activation;
    return y;
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const auto saved = context->get_saved_variables();
    const torch::Tensor &x = saved[0], &norm = saved[1], &inverse_std = saved[2];
    const torch::Tensor grad_y = gradients[0].contiguous(torch::MemoryFormat::ChannelsLast);
    const std::int64_t channels = x.size(1), pixels = x.numel() / channels;
    const PixelNorm parts = parts_of(norm, context->saved_data["activation"].toInt());
    torch::Tensor grad_x, grad_weight = at::empty_like(inverse_std),
                          grad_bias = at::empty_like(inverse_std);
    if (context->needs_input_grad(0)) grad_x = at::empty_like(x);
    for_type_of(x, [&]<class Value>() {
      const PixelBatchNormKernel<Value>& kernel = kernel_of<Value>();
      const Value* const from = values_of<Value>(x);
      const Value* const gradient = values_of<Value>(grad_y);
      const std::vector<double> sums = channel_sums(
          pixels, channels, [&](std::int64_t first, std::int64_t count, float* sum, float* sum_x) {
            const std::int64_t at = first * channels;
            kernel.gradient_sums(from + at, gradient + at, count, parts, sum, sum_x);
          });
      std::vector<float> slope(static_cast<std::size_t>(channels)), offset = slope;
      for (std::int64_t c = 0; c < channels; ++c) {
        const auto at = static_cast<std::size_t>(c);
        const double sum = sums[at], sum_x = sums[static_cast<std::size_t>(channels) + at];
        const auto inverse = static_cast<double>(inverse_std.const_data_ptr<float>()[c]);
        const double per_pixel = -static_cast<double>(parts.scale[c]) / static_cast<double>(pixels);
        grad_bias.mutable_data_ptr<float>()[c] = static_cast<float>(sum);
        grad_weight.mutable_data_ptr<float>()[c] = static_cast<float>(sum_x * inverse);
        slope[at] = static_cast<float>(per_pixel * inverse * inverse * sum_x);
        offset[at] = static_cast<float>(per_pixel * sum);
      }
      if (!grad_x.defined()) return;
      auto* const to = static_cast<Value*>(grad_x.mutable_data_ptr());
      parallel_for(pixels, kRun, [&](std::int64_t begin, std::int64_t end) {
        const std::int64_t at = begin * channels;
        kernel.input_gradient(
            from + at, gradient + at, end - begin, parts, slope.data(), offset.data(), to + at);
      });
    });
    return {grad_x, grad_weight, grad_bias, {}, {}, {}, {}, {}};
  }

 private:
  static PixelNorm parts_of(const torch::Tensor& norm, std::int64_t activation) {
    const float* const scale = norm.const_data_ptr<float>();
    const std::int64_t channels = norm.size(1);
    return {.channels = channels,
            .scale = scale,
            .shift = scale + channels,
            .mean = scale + 2 * channels,
            .activation = static_cast<Activation>(activation)};
  }
};

bool pixel_kernels_serve(const torch::Tensor& x,
                         const BatchNorm2dImpl& norm,
                         Activation activation) {
  if (pixel_batch_norm_kernels(best_processor_level()) == nullptr ||
      activation == Activation::kGelu || !norm.is_training() || norm.is_synchronized() ||
      !norm.options.momentum())
    return false;
  if (!x.is_cpu() || x.dim() != 4 || x.numel() <= x.size(1) ||
      !x.is_contiguous(torch::MemoryFormat::ChannelsLast) ||
      (x.scalar_type() != torch::kFloat32 && x.scalar_type() != torch::kBFloat16))
    return false;
  for (const torch::Tensor* tensor :
       {&norm.weight, &norm.bias, &norm.running_mean, &norm.running_var}) {
    if (!is_plain_float(*tensor) || tensor->numel() != x.size(1)) return false;
  }
  return norm.running_mean.is_contiguous() && norm.running_var.is_contiguous();
}

}  // namespace

torch::Tensor batch_norm_activation(const torch::Tensor& x,
                                    BatchNorm2dImpl& norm,
                                    Activation activation) {
  if (!pixel_kernels_serve(x, norm, activation)) return activate(norm.forward(x), activation);
  norm.num_batches_tracked.add_(1);
  return BatchNormActivationFunction::apply(x,
                                            norm.weight,
                                            norm.bias,
                                            norm.running_mean,
                                            norm.running_var,
                                            norm.options.momentum().value(),
                                            norm.options.eps(),
                                            static_cast<std::int64_t>(activation));
}

}  // namespace saker
