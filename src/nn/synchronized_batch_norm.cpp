#include "nn/synchronized_batch_norm.hpp"

#include <torch/autograd.h>

#include "saker/error.hpp"

namespace saker {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

const std::vector<std::int64_t> kAllButChannels = {0, 2, 3};

torch::Tensor of_channels(const torch::Tensor& values) { return values.view({1, -1, 1, 1}); }

// Means and variances of the processes are put together in float64, in which a large mean does not
// swallow a small variance.
struct SharedStatistics {
  torch::Tensor mean, variance;  // [C] float64
  double count = 0;              // values a channel

  SharedStatistics(const torch::Tensor& x, ProcessExchange& exchange) {
    const auto [own_variance, own_mean] = torch::var_mean(x, kAllButChannels, /*correction=*/0);
    const torch::Tensor m = own_mean.to(torch::kDouble), v = own_variance.to(torch::kDouble);
    const std::int64_t channels = x.size(1);
    const auto own_count = static_cast<double>(x.numel() / channels);
    const torch::Tensor sums = torch::cat(
        {m * own_count, (v + m * m) * own_count, torch::full({1}, own_count, m.options())});
    exchange.sum(sums);
    count = sums[2 * channels].item<double>();
    mean = sums.slice(0, 0, channels) / count;
    variance = (sums.slice(0, channels, 2 * channels) / count - mean * mean).clamp_min(0);
  }
};

class SynchronizedBatchNorm : public torch::autograd::Function<SynchronizedBatchNorm> {
 public:
  static torch::Tensor forward(AutogradContext* context,
                               const torch::Tensor& x,
                               const torch::Tensor& weight,
                               const torch::Tensor& bias,
                               const torch::Tensor& running_mean,
                               const torch::Tensor& running_var,
                               double momentum,
                               double eps,
                               const ProcessExchangePointer& exchange) {
    const torch::Tensor values = x.to(torch::kFloat);
    const SharedStatistics all(values, *exchange);
    if (all.count <= 1) {
      throw Error(ErrorKind::kUsage,
                  "batch norm needs more than one value per channel while training; use a larger "
                  "batch_size or image_size");
    }
    const torch::Tensor mean = all.mean.to(torch::kFloat);
    const torch::Tensor inverse_std = (all.variance + eps).rsqrt().to(torch::kFloat);
    running_mean.mul_(1 - momentum).add_(mean, momentum);
    running_var.mul_(1 - momentum)
        .add_((all.variance * (all.count / (all.count - 1))).to(torch::kFloat), momentum);
    const torch::Tensor scale = weight * inverse_std;
    context->save_for_backward({x, weight, mean, inverse_std});
    context->saved_data["count"] = all.count;
    context->saved_data["exchange"] = c10::IValue::make_capsule(exchange);
    return torch::addcmul(of_channels(bias - mean * scale), values, of_channels(scale))
        .to(x.scalar_type());
  }

  static tensor_list backward(AutogradContext* context, const tensor_list& grad_outputs) {
    const auto saved = context->get_saved_variables();
    const torch::Tensor &x = saved[0], &weight = saved[1], &inverse_std = saved[3];
    const double count = context->saved_data["count"].toDouble();
    const auto exchange = c10::dynamic_intrusive_pointer_cast<ProcessExchange>(
        context->saved_data["exchange"].toCapsule());
    const torch::Tensor gradient = grad_outputs[0].to(torch::kFloat);
    const torch::Tensor centered = x.to(torch::kFloat) - of_channels(saved[2]);
    const torch::Tensor sum = gradient.sum(kAllButChannels);
    const torch::Tensor sum_x = (gradient * centered).sum(kAllButChannels);

    const torch::Tensor shared = torch::cat({sum, sum_x}).to(torch::kDouble);
    exchange->sum(shared);
    const std::vector<torch::Tensor> means = (shared / count).to(torch::kFloat).chunk(2);
    const torch::Tensor slope = inverse_std * inverse_std * means[1];
    const torch::Tensor grad_x =
        (gradient - of_channels(means[0]) - centered * of_channels(slope)) *
        of_channels(weight * inverse_std);
    return {grad_x.to(x.scalar_type()), sum_x * inverse_std, sum, {}, {}, {}, {}, {}};
  }
};

}  // namespace

torch::Tensor synchronized_batch_norm(const torch::Tensor& x,
                                      const torch::Tensor& weight,
                                      const torch::Tensor& bias,
                                      const torch::Tensor& running_mean,
                                      const torch::Tensor& running_var,
                                      double momentum,
                                      double eps,
                                      const ProcessExchangePointer& exchange) {
  return SynchronizedBatchNorm::apply(
      x, weight, bias, running_mean, running_var, momentum, eps, exchange);
}

}  // namespace saker
