#include "train/model_ema.hpp"

#include <torch/utils.h>

#include <cmath>

#include "nn/moving_average.hpp"

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
  move_averages(floating_tensors(*average_), floating_tensors(model), decay(settings_, ++updates_));
}

}  // namespace saker
