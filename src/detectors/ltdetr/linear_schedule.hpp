// A learning rate that grows linearly and then stays.
#pragma once

#include <cstdint>
#include <vector>

#include "detectors/learning_rate_schedule.hpp"

namespace saker {

// Factor start + (1 - start) min(s, w) / w for w warm-up steps, 1 without any.
class LinearSchedule final : public LearningRateSchedule {
 public:
  // warmup_steps >= 0, 0 < start_factor <= 1.
  LinearSchedule(std::int64_t warmup_steps, double start_factor);

  double factor(std::int64_t step) const override;
  Value state(std::int64_t finished_steps, const std::vector<double>& base_lrs) const override;

 private:
  std::int64_t warmup_steps_;
  double start_factor_;
};

}  // namespace saker
