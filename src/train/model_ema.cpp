#include "train/model_ema.hpp"

#include <cmath>

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
  const auto kept = static_cast<float>(d);
  const auto taken = static_cast<float>(1.0 - d);
  const std::vector<torch::Tensor> sources = floating_tensors(model);
  std::vector<torch::Tensor> averages = floating_tensors(*average_);
  for (std::size_t i = 0; i < averages.size(); ++i) {
    torch::Tensor& average = averages[i];
    const torch::Tensor& source = sources[i];
    const bool plain = average.device().is_cpu() && average.scalar_type() == torch::kFloat &&
                       average.is_contiguous() && source.scalar_type() == torch::kFloat &&
                       source.is_contiguous();
    if (!plain) {
      average.mul_(d).add_(source, 1.0 - d);
      continue;
    }
    auto* e = average.data_ptr<float>();
    const auto* m = source.const_data_ptr<float>();
    const std::int64_t count = average.numel();
    for (std::int64_t k = 0; k < count; ++k) e[k] = kept * e[k] + taken * m[k];
  }
}

}  // namespace saker
