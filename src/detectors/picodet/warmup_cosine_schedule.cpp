#include "detectors/picodet/warmup_cosine_schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace saker {
namespace {

constexpr double kFinalFactor = 0.001;

}  // namespace

WarmupCosineSchedule::WarmupCosineSchedule(std::int64_t warmup_steps, std::int64_t total_steps)
    : warmup_steps_(std::min(total_steps, warmup_steps)), total_steps_(total_steps) {}

double WarmupCosineSchedule::factor(std::int64_t step) const {
  if (step < warmup_steps_)
    return static_cast<double>(step + 1) / static_cast<double>(warmup_steps_);
  const std::int64_t last = total_steps_ - warmup_steps_ - 1;
  const std::int64_t t = step - warmup_steps_;
  if (last <= 0 || t >= last) return kFinalFactor;
  const double phase = std::numbers::pi * static_cast<double>(t) / static_cast<double>(last);
  return kFinalFactor + (1.0 - kFinalFactor) * (std::cos(phase) + 1.0) / 2.0;
}

Value WarmupCosineSchedule::state(std::int64_t finished_steps,
                                  const std::vector<double>& base_lrs) const {
  const double now = factor(finished_steps);
  Value::Array base, last, lambdas;
  for (const double lr : base_lrs) {
    base.emplace_back(lr);
    last.emplace_back(lr * now);
    lambdas.emplace_back(Value::Object{});
  }
  return {{"warmup_epochs", warmup_steps_},
          {"max_epochs", total_steps_},
          {"start_value", 1.0},
          {"end_value", kFinalFactor},
          {"period", nullptr},
          {"warmup_start_value", 0.0},
          {"warmup_end_value", nullptr},
          {"base_lrs", Value(std::move(base))},
          {"last_epoch", finished_steps},
          {"_step_count", finished_steps + 1},
          {"_is_initial", false},
          {"_get_lr_called_within_step", false},
          {"_last_lr", Value(std::move(last))},
          {"lr_lambdas", Value(std::move(lambdas))}};
}

}  // namespace saker
