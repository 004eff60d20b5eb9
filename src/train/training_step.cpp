#include "train/training_step.hpp"

#include "train/autocast_scope.hpp"

namespace saker {
namespace {

OptimizerStepParts step_parts(Detector& model,
                              const Recipe& recipe,
                              const TrainingStepSettings& settings) {
  recipe.prepare_for_training(model);
  return {.optimizer = make_optimizer(recipe.optimizer(), recipe.parameter_groups(model)),
          .schedule = recipe.schedule(settings.run),
          .base_learning_rate = recipe.learning_rate(settings.images_per_step),
          .clip = recipe.clip(),
          .accumulation = settings.run.gradient_accumulation_steps,
          .precision = settings.precision};
}

}  // namespace

TrainingStep::TrainingStep(Detector& model,
                           const Recipe& recipe,
                           const TrainingStepSettings& settings)
    : model_(&model), settings_(settings), optimizer_step_(step_parts(model, recipe, settings)) {
  if (const auto ema = recipe.ema()) ema_.emplace(model, *ema);
}

LossTerms TrainingStep::forward(const DrawKey& draws,
                                const torch::Tensor& images,
                                const Targets& targets) {
  const AutocastScope autocast(settings_.device.type(), settings_.precision);
  return model_->training_losses(images, targets, draws);
}

StepUpdate TrainingStep::update(std::int64_t step) {
  const StepUpdate result = optimizer_step_.update(step);
  average();
  return result;
}

void TrainingStep::average() {
  if (ema_) ema_->update(*model_);
}

}  // namespace saker
