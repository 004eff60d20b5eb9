// How the numbers of pretraining go over the steps of a run, each counted from 0.
#pragma once

#include <cstdint>
#include <vector>

#include "detectors/learning_rate_schedule.hpp"
#include "pretrain/dinov2_settings.hpp"

namespace saker {

// From start to end along half a cosine over steps 0 .. total - 1; end beyond.
double cosine_between(std::int64_t step, std::int64_t total, double start, double end);

// A factor that rises linearly to 1 in min(total - 1, warmup) steps, the first of which is not 0,
// and then falls along a cosine to `floor`.
class WarmupCosineFactor final : public LearningRateSchedule {
 public:
  WarmupCosineFactor(std::int64_t total, std::int64_t warmup, double floor);

  double factor(std::int64_t step) const override;
  Value state(std::int64_t finished_steps, const std::vector<double>& base_lrs) const override;
  std::int64_t warmup() const { return warmup_; }

 private:
  std::int64_t total_, warmup_;
  double floor_;
};

double teacher_temperature(const Dinov2Settings& settings, std::int64_t step);
double weight_decay_at(const Dinov2Settings& settings, std::int64_t step, std::int64_t total);
// The share that the teacher keeps after the step.
double teacher_momentum(const Dinov2Settings& settings, std::int64_t step, std::int64_t total);

// Epochs of a run whose length is not given: kPretrainingSteps batches at least.
std::int64_t auto_epochs(std::int64_t dataset_size, std::int64_t batch_size);

}  // namespace saker
