// From losses to new weights: backward passes, scaling, clipping, the update.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <optional>

#include "detectors/learning_rate_schedule.hpp"
#include "detectors/recipe.hpp"
#include "train/loss_scaler.hpp"
#include "train/optimizer.hpp"
#include "train/precision.hpp"

namespace saker {

struct StepUpdate {
  // L2 norm of all gradients before clipping, where it was computed.
  std::optional<double> gradient_norm;
  // False: the norm is not finite, and the weights are as before. Under a scaled loss that happens
  // now and then; the scale is lower afterwards.
  bool applied = true;
};

struct OptimizerStepParts {
  std::unique_ptr<Optimizer> optimizer;
  std::unique_ptr<LearningRateSchedule> schedule;
  double base_learning_rate = 0;
  std::optional<ClipSettings> clip;
  std::int64_t accumulation = 1;  // batches of a step
  Precision precision = Precision::kFloat32;
};

class OptimizerStep {
 public:
  explicit OptimizerStep(OptimizerStepParts parts);

  // Adds the gradients of one of the step's batches, divided by their number, or of a part of one
  // with that share of its loss.
  void backward(const torch::Tensor& total_loss, double share = 1);
  // Undoes what backward added since the last update.
  void clear_gradients() { parts_.optimizer->zero_gradients(); }
  // step: 0-based. Clears the gradients.
  StepUpdate update(std::int64_t step);

  // Rate of the update number `step` before the groups' factors.
  double learning_rate(std::int64_t step) const;
  double base_learning_rate() const { return parts_.base_learning_rate; }
  const LearningRateSchedule& schedule() const { return *parts_.schedule; }

  Optimizer& optimizer() { return *parts_.optimizer; }
  const Optimizer& optimizer() const { return *parts_.optimizer; }
  // nullptr unless the precision scales the loss.
  LossScaler* scaler() { return scaler_ ? &*scaler_ : nullptr; }
  const LossScaler* scaler() const { return scaler_ ? &*scaler_ : nullptr; }

 private:
  OptimizerStepParts parts_;
  std::optional<LossScaler> scaler_;
};

}  // namespace saker
