// One optimizer step: forward and backward passes, clipping, the update, the average of weights.
//
//   for each batch of the step:
//     const LossTerms losses = steps.forward(draws, images, targets);
//     steps.backward(losses);
//   const StepUpdate update = steps.update(step);
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <optional>

#include "detectors/detector.hpp"
#include "detectors/recipe.hpp"
#include "train/loss_scaler.hpp"
#include "train/model_ema.hpp"
#include "train/optimizer.hpp"
#include "train/precision.hpp"

namespace saker {

struct TrainingStepSettings {
  RunLength run;
  std::int64_t images_per_step = 1;  // over all processes and batches of a step
  Precision precision = Precision::kFloat32;
  torch::Device device = torch::kCPU;
};

struct StepUpdate {
  // L2 norm of all gradients before clipping, where it was computed.
  std::optional<double> gradient_norm;
  // False: the norm is not finite, and the weights are as before. Under a scaled loss that happens
  // now and then; the scale is lower afterwards.
  bool applied = true;
};

class TrainingStep {
 public:
  // Puts the model into training mode. Model and recipe must outlive it.
  TrainingStep(Detector& model, const Recipe& recipe, const TrainingStepSettings& settings);

  // The network under autocast, where the precision asks for it.
  LossTerms forward(const DrawKey& draws, const torch::Tensor& images, const Targets& targets);
  // Adds the gradients of one of the step's batches, divided by their number, or of a part of one
  // with that share of its loss.
  void backward(const LossTerms& losses, double share = 1);
  // Undoes what backward added since the last update.
  void clear_gradients() { optimizer_->zero_gradients(); }
  // step: 0-based. Clears the gradients.
  StepUpdate update(std::int64_t step);

  // Rate of the update number `step` before the groups' factors.
  double learning_rate(std::int64_t step) const;
  double base_learning_rate() const { return base_learning_rate_; }
  const LearningRateSchedule& schedule() const { return *schedule_; }

  Optimizer& optimizer() { return *optimizer_; }
  const Optimizer& optimizer() const { return *optimizer_; }
  // nullptr without an average.
  ModelEma* ema() { return ema_ ? &*ema_ : nullptr; }
  const ModelEma* ema() const { return ema_ ? &*ema_ : nullptr; }
  // nullptr unless the precision scales the loss.
  LossScaler* scaler() { return scaler_ ? &*scaler_ : nullptr; }
  const LossScaler* scaler() const { return scaler_ ? &*scaler_ : nullptr; }

 private:
  Detector* model_;
  TrainingStepSettings settings_;
  std::optional<ClipSettings> clip_;
  std::unique_ptr<LearningRateSchedule> schedule_;
  double base_learning_rate_;
  std::unique_ptr<Optimizer> optimizer_;
  std::optional<ModelEma> ema_;
  std::optional<LossScaler> scaler_;
};

}  // namespace saker
