// A learning rate that warms up, stays, falls along a cosine and stays again.
#pragma once

#include <cstdint>
#include <vector>

#include "detectors/learning_rate_schedule.hpp"

namespace saker {

struct FlatCosineSettings {
  std::int64_t total_steps = 0;   // > 0
  std::int64_t warmup_steps = 0;  // a length, >= 0
  std::int64_t flat_steps = 0;  // a step: the cosine begins there, but not before the warm-up ends
  std::int64_t no_aug_steps = 0;  // a length: the cosine ends so many steps before the run
};

// With w = min(warmup, total), c = max(w, flat) and e = max(c, total - no_aug), the factor at step
// s is (s / w)^2 for s <= w (so that the first update has rate 0; w > 0), 1 for s < c, 1/2 for s >=
// e, and between them 1/2 + 1/4 (1 + cos(pi (s - c) / (e - c))).
// Source: Huang et al., "DEIM", CVPR 2025.
class FlatCosineSchedule final : public LearningRateSchedule {
 public:
  explicit FlatCosineSchedule(const FlatCosineSettings& settings);

  // Whether the rate falls at once, because the cosine's begin is not before its end.
  bool has_empty_cosine() const { return cosine_start_ >= cosine_end_; }

  double factor(std::int64_t step) const override;
  Value state(std::int64_t finished_steps, const std::vector<double>& base_lrs) const override;

 private:
  FlatCosineSettings settings_;
  std::int64_t warmup_steps_;
  std::int64_t cosine_start_;
  std::int64_t cosine_end_;
};

}  // namespace saker
