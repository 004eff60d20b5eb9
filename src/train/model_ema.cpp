#include "train/model_ema.hpp"

#include <torch/utils.h>

#include <cmath>
#include <cstddef>
#include <unordered_set>

#include "nn/parameter_update_kernel.hpp"
#include "train/dense_float.hpp"
#include "train/parallel_arrays.hpp"

namespace saker {
namespace {

// Parameters, then buffers: the same order on both sides.
std::vector<torch::Tensor> floating_tensors(const Detector& model) {
  std::vector<torch::Tensor> tensors;
  for (const torch::Tensor& tensor : model.parameters()) tensors.push_back(tensor);
  for (const torch::Tensor& tensor : model.buffers()) {
    if (tensor.is_floating_point()) tensors.push_back(tensor);
  }
  return tensors;
}

struct PlainAverage {
  float* average;
  const float* value;
  std::int64_t count;
};

}  // namespace

ModelEma::ModelEma(const Detector& model, EmaSettings settings)
    : average_(model.copy()), settings_(settings) {
  average_->eval();
  for (torch::Tensor& parameter : average_->parameters()) parameter.requires_grad_(false);
}

double ModelEma::decay(const EmaSettings& settings, std::int64_t n) {
  if (settings.warmup_steps <= 0) return settings.momentum;
  return settings.momentum * (1.0 - std::exp(-static_cast<double>(n) / settings.warmup_steps));
}

void ModelEma::update(const Detector& model) {
  const torch::NoGradGuard no_grad;
  const double d = decay(settings_, ++updates_);
  const std::vector<torch::Tensor> sources = floating_tensors(model);
  const std::vector<torch::Tensor> averages = floating_tensors(*average_);
  std::unordered_set<const void*> seen;  // a tensor may have several names
  std::vector<PlainAverage> plain;
  std::vector<torch::Tensor> other_averages, other_sources;
  for (std::size_t i = 0; i < averages.size(); ++i) {
    const torch::Tensor& average = averages[i];
    const torch::Tensor& source = sources[i];
    if (average.numel() == 0 || !seen.insert(average.const_data_ptr()).second) continue;
    if (is_dense_float(average) && are_laid_out_alike(average, source)) {
      plain.push_back({average.data_ptr<float>(), source.const_data_ptr<float>(), average.numel()});
    } else {
      other_averages.push_back(average);
      other_sources.push_back(source);
    }
  }
  if (!other_averages.empty()) {
    at::_foreach_mul_(other_averages, d);
    at::_foreach_add_(other_averages, other_sources, 1.0 - d);
  }
  const ParameterUpdateKernel& kernel = parameter_update_kernel(best_processor_level());
  const auto kept = static_cast<float>(d);
  const auto taken = static_cast<float>(1.0 - d);
  parallel_over(plain, [&](const PlainAverage& p, std::int64_t begin, std::int64_t count) {
    kernel.average(p.average + begin, p.value + begin, count, kept, taken);
  });
}

}  // namespace saker
