#include "train/optimizer_step.hpp"

#include <torch/utils.h>

#include <cmath>
#include <utility>

#include "train/gradient_norm.hpp"

namespace saker {

OptimizerStep::OptimizerStep(OptimizerStepParts parts) : parts_(std::move(parts)) {
  if (parts_.precision == Precision::kFloat16Mixed) scaler_.emplace();
}

void OptimizerStep::backward(const torch::Tensor& total_loss, double share) {
  torch::Tensor loss = total_loss / (static_cast<double>(parts_.accumulation) / share);
  if (scaler_) loss = loss * scaler_->scale();
  loss.backward();
}

StepUpdate OptimizerStep::update(std::int64_t step) {
  StepUpdate result;
  Optimizer& optimizer = *parts_.optimizer;
  const double unscale = scaler_ ? 1 / scaler_->scale() : 1;
  if (parts_.clip || scaler_) {
    result.gradient_norm = gradient_norm(optimizer.groups()) * unscale;
    result.applied = std::isfinite(*result.gradient_norm);
  }
  if (scaler_) scaler_->update(result.applied);
  if (result.applied) {
    const double factor =
        parts_.clip ? clip_factor(*result.gradient_norm, parts_.clip->max_norm) : 1;
    optimizer.step(learning_rate(step), factor * unscale);
  }
  optimizer.zero_gradients();
  return result;
}

double OptimizerStep::learning_rate(std::int64_t step) const {
  return parts_.base_learning_rate * parts_.schedule->factor(step);
}

}  // namespace saker
