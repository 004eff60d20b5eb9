#include "transforms/step_window.hpp"

#include <algorithm>
#include <cmath>

namespace saker {

StepPhases step_phases(const RunLength& run) {
  const double steps_per_epoch = static_cast<double>(run.batches_per_epoch) /
                                 static_cast<double>(run.gradient_accumulation_steps);
  const double epochs = static_cast<double>(run.total_steps) / steps_per_epoch;
  const double stop_epoch = epochs - std::min(12.0, std::nearbyint(epochs * 12 / 72));
  double start_epoch = 4;
  double flat_epoch = 4 + std::floor(epochs / 2);
  if (epochs <= 12) {
    start_epoch = std::floor(epochs / 3);
    flat_epoch = std::min(stop_epoch, start_epoch + std::floor(epochs / 2));
  }
  const auto step_of = [steps_per_epoch](double epoch) {
    return static_cast<std::int64_t>(std::floor(epoch * steps_per_epoch));
  };
  return {step_of(start_epoch), step_of(flat_epoch), step_of(stop_epoch)};
}

}  // namespace saker
