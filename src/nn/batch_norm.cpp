#include "nn/batch_norm.hpp"

#include <torch/autograd.h>

#include "nn/batch_norm_kernel.hpp"
#include "nn/batch_norm_statistics.hpp"
#include "nn/parallel.hpp"
#include "nn/plain_float.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

constexpr std::int64_t kLeastValues = 1 << 14;  // worth a thread

struct Planes {
  std::int64_t batch, channels, floats;

  explicit Planes(const torch::Tensor& x)
      : batch(x.size(0)), channels(x.size(1)), floats(x.size(2) * x.size(3)) {}

  std::int64_t count() const { return batch * floats; }  // values of a channel
  std::int64_t offset(std::int64_t b, std::int64_t c) const { return (b * channels + c) * floats; }

  // body(channel) on all threads; a channel's planes stay in one core's cache from one pass to the
  // next.
  template <class Body>
  void for_each_channel(const Body& body) const {
    parallel_for(
        channels, kLeastValues / count() + 1, [&body](std::int64_t begin, std::int64_t end) {
          for (std::int64_t c = begin; c < end; ++c) body(c);
        });
  }
};

class BatchNormFunction : public torch::autograd::Function<BatchNormFunction> {
 public:
  static torch::Tensor forward(AutogradContext* context,
                               const torch::Tensor& input,
                               const torch::Tensor& weight,
                               const torch::Tensor& bias,
                               const torch::Tensor& running_mean,
                               const torch::Tensor& running_var,
                               double momentum,
                               double eps,
                               bool relu) {
    const torch::Tensor x = input.contiguous(), w = weight.contiguous(), b = bias.contiguous();
    const Planes planes(x);
    const BatchNormKernel& kernel = batch_norm_kernel(best_processor_level());
    torch::Tensor output = at::empty(x.sizes(), x.options());
    torch::Tensor statistics = at::empty({2, planes.channels}, x.options());  // mean, 1 / std
    const float* const in = x.const_data_ptr<float>();
    const float* const weights = w.const_data_ptr<float>();
    const float* const biases = b.const_data_ptr<float>();
    float* const out = output.mutable_data_ptr<float>();
    float* const means = statistics.mutable_data_ptr<float>();
    float* const inverse_stds = means + planes.channels;
    float* const running_means = running_mean.mutable_data_ptr<float>();
    float* const running_vars = running_var.mutable_data_ptr<float>();
    const double count = static_cast<double>(planes.count());
    planes.for_each_channel([&](std::int64_t c) {
      const float pivot = in[planes.offset(0, c)];
      double sum = 0, squares = 0;
      for (std::int64_t i = 0; i < planes.batch; ++i) {
        kernel.moments(in + planes.offset(i, c), planes.floats, pivot, &sum, &squares);
      }
      const ChannelStatistics channel = channel_statistics(pivot, sum, squares, count, eps);
      means[c] = static_cast<float>(channel.mean);
      inverse_stds[c] = static_cast<float>(channel.inverse_std);
      move_running(channel, count, momentum, running_means[c], running_vars[c]);
      const float scale = weights[c] * inverse_stds[c];
      const float shift = biases[c] - means[c] * scale;
      for (std::int64_t i = 0; i < planes.batch; ++i) {
        const std::int64_t offset = planes.offset(i, c);
        kernel.normalize(in + offset, planes.floats, scale, shift, relu, out + offset);
      }
    });
    context->save_for_backward({x, w, b, statistics});
    context->saved_data["relu"] = relu;
    return output;
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& grad_outputs) {
    const auto saved = context->get_saved_variables();
    const bool relu = context->saved_data["relu"].toBool();
    const torch::Tensor grad_output = grad_outputs[0].contiguous();
    const Planes planes(saved[0]);
    const BatchNormKernel& kernel = batch_norm_kernel(best_processor_level());
    torch::Tensor grad_weight = at::empty(saved[1].sizes(), saved[1].options());
    torch::Tensor grad_bias = at::empty(saved[1].sizes(), saved[1].options());
    torch::Tensor grad_input;
    float* to_input = nullptr;
    if (context->needs_input_grad(0)) {
      grad_input = at::empty(saved[0].sizes(), saved[0].options());
      to_input = grad_input.mutable_data_ptr<float>();
    }
    const float* const in = saved[0].const_data_ptr<float>();
    const float* const weights = saved[1].const_data_ptr<float>();
    const float* const biases = saved[2].const_data_ptr<float>();
    const float* const means = saved[3].const_data_ptr<float>();
    const float* const inverse_stds = means + planes.channels;
    const float* const gradient = grad_output.const_data_ptr<float>();
    float* const to_weight = grad_weight.mutable_data_ptr<float>();
    float* const to_bias = grad_bias.mutable_data_ptr<float>();
    const double count = static_cast<double>(planes.count());
    planes.for_each_channel([&](std::int64_t c) {
      // As in the forward pass to the last bit, so that ReLU cuts the same values.
      const float mean = means[c], inverse_std = inverse_stds[c];
      const float scale = weights[c] * inverse_std;
      const float shift = biases[c] - mean * scale;
      double sum = 0, sum_x = 0;
      for (std::int64_t i = 0; i < planes.batch; ++i) {
        const std::int64_t offset = planes.offset(i, c);
        kernel.gradient_sums(
            in + offset, gradient + offset, planes.floats, scale, shift, relu, mean, &sum, &sum_x);
      }
      const double inverse = static_cast<double>(inverse_std);
      to_bias[c] = static_cast<float>(sum);
      to_weight[c] = static_cast<float>(sum_x * inverse);
      if (to_input == nullptr) return;
      const float slope =
          static_cast<float>(-static_cast<double>(scale) * inverse * inverse * sum_x / count);
      const float offset_of_all = static_cast<float>(-static_cast<double>(scale) * sum / count);
      for (std::int64_t i = 0; i < planes.batch; ++i) {
        const std::int64_t offset = planes.offset(i, c);
        kernel.input_gradient(in + offset,
                              gradient + offset,
                              planes.floats,
                              scale,
                              shift,
                              relu,
                              mean,
                              slope,
                              offset_of_all,
                              to_input + offset);
      }
    });
    return {grad_input, grad_weight, grad_bias, {}, {}, {}, {}, {}};
  }
};

bool own_kernel_serves(const torch::Tensor& input,
                       const torch::Tensor& weight,
                       const torch::Tensor& bias,
                       const torch::Tensor& running_mean,
                       const torch::Tensor& running_var) {
  if (!is_plain_float(input) || input.dim() != 4 || input.numel() == 0) return false;
  for (const torch::Tensor* tensor : {&weight, &bias, &running_mean, &running_var}) {
    if (!is_plain_float(*tensor) || tensor->numel() != input.size(1)) return false;
  }
  return running_mean.is_contiguous() && running_var.is_contiguous();
}

}  // namespace

torch::Tensor batch_norm_relu(const torch::Tensor& input,
                              const torch::Tensor& weight,
                              const torch::Tensor& bias,
                              const torch::Tensor& running_mean,
                              const torch::Tensor& running_var,
                              bool training,
                              double momentum,
                              double eps,
                              bool relu) {
  if (training && input.dim() == 4 && input.size(0) * input.size(2) * input.size(3) == 1) {
    throw Error(ErrorKind::kUsage,
                "batch norm needs more than one value per channel while training, but the batch is "
                "one image of which a "
                "level is 1 x 1; use a larger batch_size or image_size");
  }
  if (training && own_kernel_serves(input, weight, bias, running_mean, running_var)) {
    return BatchNormFunction::apply(
        input, weight, bias, running_mean, running_var, momentum, eps, relu);
  }
  const torch::Tensor output = torch::batch_norm(
      input, weight, bias, running_mean, running_var, training, momentum, eps, true);
  return relu ? output.relu() : output;
}

}  // namespace saker
