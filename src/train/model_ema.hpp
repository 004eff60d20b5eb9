// Exponential moving average of a model's weights and batch-norm statistics.
//
// After update n = 1, 2, ... with m the model and e the average: e = d e + (1 - d) m, d = momentum
// (1 - exp(-n / warmup_steps)), or d = momentum when warmup_steps <= 0. The ramp follows RT-DETR
// (Zhao et al. 2024). Integer buffers stay as they are. A tensor that has several names is averaged
// once.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "detectors/detector.hpp"
#include "detectors/recipe.hpp"

namespace saker {

class ModelEma {
 public:
  // Starts as a copy of the model, in evaluation mode, without gradients.
  ModelEma(const Detector& model, EmaSettings settings);

  // `model` must be the one that the average was made from, or a copy of it.
  void update(const Detector& model);

  Detector& model() { return *average_; }
  const Detector& model() const { return *average_; }
  const std::shared_ptr<Detector>& shared_model() const { return average_; }

  std::int64_t updates() const { return updates_; }
  void set_updates(std::int64_t updates) { updates_ = updates; }

  // d of the update number n.
  static double decay(const EmaSettings& settings, std::int64_t n);

 private:
  std::shared_ptr<Detector> average_;
  EmaSettings settings_;
  std::int64_t updates_ = 0;
};

}  // namespace saker
