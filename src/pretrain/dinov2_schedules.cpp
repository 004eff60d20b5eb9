#include "pretrain/dinov2_schedules.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace saker {

double cosine_between(std::int64_t step, std::int64_t total, double start, double end) {
  if (total <= 1 || step >= total - 1) return end;
  const double angle =
      std::numbers::pi * static_cast<double>(step) / static_cast<double>(total - 1);
  return end - (end - start) * (std::cos(angle) + 1) / 2;
}

WarmupCosineFactor::WarmupCosineFactor(std::int64_t total, std::int64_t warmup, double floor)
    : total_(total), warmup_(std::min(total - 1, warmup)), floor_(floor) {}

double WarmupCosineFactor::factor(std::int64_t step) const {
  if (step < warmup_) return static_cast<double>(step + 1) / static_cast<double>(warmup_);
  return cosine_between(step - warmup_, total_ - warmup_, 1, floor_);
}

Value WarmupCosineFactor::state(std::int64_t finished_steps,
                                const std::vector<double>& base_lrs) const {
  Value::Array bases, last;
  for (const double base : base_lrs) {
    bases.emplace_back(base);
    last.emplace_back(base * factor(finished_steps));
  }
  return {{"base_lrs", bases},
          {"last_epoch", finished_steps},
          {"_step_count", finished_steps + 1},
          {"_last_lr", last}};
}

double teacher_temperature(const Dinov2Settings& settings, std::int64_t step) {
  if (step >= settings.teacher_temp_warmup_steps) return settings.teacher_temp_end;
  const double share =
      static_cast<double>(step) / static_cast<double>(settings.teacher_temp_warmup_steps);
  return settings.teacher_temp_start +
         share * (settings.teacher_temp_end - settings.teacher_temp_start);
}

double weight_decay_at(const Dinov2Settings& settings, std::int64_t step, std::int64_t total) {
  return cosine_between(step, total, settings.first_weight_decay(), settings.weight_decay_end);
}

double teacher_momentum(const Dinov2Settings& settings, std::int64_t step, std::int64_t total) {
  return cosine_between(step + 1, total, settings.momentum_start, settings.momentum_end);
}

std::int64_t auto_epochs(std::int64_t dataset_size, std::int64_t batch_size) {
  const std::int64_t images = kPretrainingSteps * batch_size;
  return (images + dataset_size - 1) / dataset_size;
}

}  // namespace saker
