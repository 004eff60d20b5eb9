// One optimizer step of a detector: forward and backward passes, the update, the average of
// weights.
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
#include "train/model_ema.hpp"
#include "train/optimizer_step.hpp"
#include "train/precision.hpp"

namespace saker {

struct TrainingStepSettings {
  RunLength run;
  std::int64_t images_per_step = 1;  // over all processes and batches of a step
  Precision precision = Precision::kFloat32;
  torch::Device device = torch::kCPU;
};

class TrainingStep {
 public:
  // Puts the model into training mode. Model and recipe must outlive it.
  TrainingStep(Detector& model, const Recipe& recipe, const TrainingStepSettings& settings);

  // The network under autocast, where the precision asks for it.
  LossTerms forward(const DrawKey& draws, const torch::Tensor& images, const Targets& targets);
  void backward(const LossTerms& losses, double share = 1) {
    optimizer_step_.backward(losses.total, share);
  }
  StepUpdate update(std::int64_t step);
  // What update() does after the optimizer.
  void average();

  OptimizerStep& optimizer_step() { return optimizer_step_; }
  const OptimizerStep& optimizer_step() const { return optimizer_step_; }
  // nullptr without an average.
  ModelEma* ema() { return ema_ ? &*ema_ : nullptr; }
  const ModelEma* ema() const { return ema_ ? &*ema_ : nullptr; }

 private:
  Detector* model_;
  TrainingStepSettings settings_;
  OptimizerStep optimizer_step_;
  std::optional<ModelEma> ema_;
};

}  // namespace saker
