#include "detectors/ltdetr/flat_cosine_schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace saker {
namespace {

constexpr double kFinalFactor = 0.5;

}  // namespace

FlatCosineSchedule::FlatCosineSchedule(const FlatCosineSettings& settings)
    : settings_(settings),
      warmup_steps_(std::min(settings.warmup_steps, settings.total_steps)),
      cosine_start_(std::max(warmup_steps_, settings.flat_steps)),
      cosine_end_(std::max(cosine_start_, settings.total_steps - settings.no_aug_steps)) {}

double FlatCosineSchedule::factor(std::int64_t step) const {
  if (warmup_steps_ > 0 && step <= warmup_steps_) {
    const double part = static_cast<double>(step) / static_cast<double>(warmup_steps_);
    return part * part;
  }
  if (step < cosine_start_) return 1;
  if (step >= cosine_end_) return kFinalFactor;
  const double phase = std::numbers::pi * static_cast<double>(step - cosine_start_) /
                       static_cast<double>(cosine_end_ - cosine_start_);
  return kFinalFactor + (1 - kFinalFactor) * 0.5 * (1 + std::cos(phase));
}

Value FlatCosineSchedule::state(std::int64_t finished_steps,
                                const std::vector<double>& base_lrs) const {
  const double now = factor(finished_steps);
  Value::Array base, least, last;
  for (const double lr : base_lrs) {
    base.emplace_back(lr);
    least.emplace_back(lr * kFinalFactor);
    last.emplace_back(lr * now);
  }
  return {{"total_steps", settings_.total_steps},
          {"warmup_steps", warmup_steps_},
          {"flat_steps", settings_.flat_steps},
          {"no_aug_steps", settings_.no_aug_steps},
          {"min_factor", kFinalFactor},
          {"cosine_start_step", cosine_start_},
          {"cosine_end_step", cosine_end_},
          {"min_lrs", Value(std::move(least))},
          {"base_lrs", Value(std::move(base))},
          {"last_epoch", finished_steps},
          {"_step_count", finished_steps + 1},
          {"_is_initial", false},
          {"_get_lr_called_within_step", false},
          {"_last_lr", Value(std::move(last))}};
}

}  // namespace saker
