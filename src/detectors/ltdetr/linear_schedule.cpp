#include "detectors/ltdetr/linear_schedule.hpp"

#include <algorithm>
#include <utility>

namespace saker {

LinearSchedule::LinearSchedule(std::int64_t warmup_steps, double start_factor)
    : warmup_steps_(warmup_steps), start_factor_(start_factor) {}

double LinearSchedule::factor(std::int64_t step) const {
  if (step >= warmup_steps_) return 1;
  return start_factor_ +
         (1 - start_factor_) * static_cast<double>(step) / static_cast<double>(warmup_steps_);
}

Value LinearSchedule::state(std::int64_t finished_steps,
                            const std::vector<double>& base_lrs) const {
  const double now = factor(finished_steps);
  Value::Array base, last;
  for (const double lr : base_lrs) {
    base.emplace_back(lr);
    last.emplace_back(lr * now);
  }
  return {{"start_factor", start_factor_},
          {"end_factor", 1.0},
          {"total_iters", warmup_steps_},
          {"base_lrs", Value(std::move(base))},
          {"last_epoch", finished_steps},
          {"_step_count", finished_steps + 1},
          {"_is_initial", false},
          {"_get_lr_called_within_step", false},
          {"_last_lr", Value(std::move(last))}};
}

}  // namespace saker
