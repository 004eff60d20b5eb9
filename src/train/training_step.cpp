#include "train/training_step.hpp"

#include <cmath>

#include "train/autocast_scope.hpp"
#include "train/gradient_norm.hpp"

namespace saker {

TrainingStep::TrainingStep(Detector& model,
                           const Recipe& recipe,
                           const TrainingStepSettings& settings)
    : model_(&model),
      settings_(settings),
      clip_(recipe.clip()),
      schedule_(recipe.schedule(settings.run)),
      base_learning_rate_(recipe.learning_rate(settings.images_per_step)) {
  recipe.prepare_for_training(model);
  optimizer_ = make_optimizer(recipe.optimizer(), recipe.parameter_groups(model));
  if (const auto ema = recipe.ema()) ema_.emplace(model, *ema);
  if (settings_.precision == Precision::kFloat16Mixed) scaler_.emplace();
}

LossTerms TrainingStep::forward(const DrawKey& draws,
                                const torch::Tensor& images,
                                const Targets& targets) {
  const AutocastScope autocast(settings_.device.type(), settings_.precision);
  return model_->training_losses(images, targets, draws);
}

void TrainingStep::backward(const LossTerms& losses, double share) {
  torch::Tensor loss =
      losses.total / (static_cast<double>(settings_.run.gradient_accumulation_steps) / share);
  if (scaler_) loss = loss * scaler_->scale();
  loss.backward();
}

StepUpdate TrainingStep::update(std::int64_t step) {
  StepUpdate result;
  const double unscale = scaler_ ? 1 / scaler_->scale() : 1;
  if (clip_ || scaler_) {
    result.gradient_norm = gradient_norm(optimizer_->groups()) * unscale;
    result.applied = std::isfinite(*result.gradient_norm);
  }
  if (scaler_) scaler_->update(result.applied);
  if (result.applied) {
    const double factor = clip_ ? clip_factor(*result.gradient_norm, clip_->max_norm) : 1;
    optimizer_->step(learning_rate(step), factor * unscale);
  }
  optimizer_->zero_gradients();
  if (ema_) ema_->update(*model_);
  return result;
}

double TrainingStep::learning_rate(std::int64_t step) const {
  return base_learning_rate_ * schedule_->factor(step);
}

}  // namespace saker
