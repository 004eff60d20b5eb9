// PicoDet's learning rate: a linear warm-up, then a cosine down to a thousandth.
#pragma once

#include <cstdint>
#include <vector>

#include "detectors/learning_rate_schedule.hpp"

namespace saker {

// With w warm-up steps (at most N) of N: factor (s + 1) / w for s < w, and with t = s - w and T = N
// - w - 1 then 0.001 + 0.999 (1 + cos(pi t / T)) / 2, staying at 0.001 for t >= T or T <= 0.
// Source of the cosine: Loshchilov and Hutter, "SGDR", ICLR 2017.
class WarmupCosineSchedule final : public LearningRateSchedule {
 public:
  WarmupCosineSchedule(std::int64_t warmup_steps, std::int64_t total_steps);

  double factor(std::int64_t step) const override;
  Value state(std::int64_t finished_steps, const std::vector<double>& base_lrs) const override;

 private:
  std::int64_t warmup_steps_;
  std::int64_t total_steps_;
};

}  // namespace saker
