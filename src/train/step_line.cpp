#include "train/step_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace saker {
namespace {

std::string profiling(const StepTimes& times) {
  const double share =
      times.step_seconds > 0 ? 100.0 * times.data_seconds / times.step_seconds : 0.0;
  return fmt::format(
      "Profiling [ Step Time {:4.2f}s | Data Time {:4.2f}s ({:.0f}%) | {:4.0f} img/s ]",
      times.step_seconds,
      times.data_seconds,
      share,
      times.images_per_second);
}

std::string progress(const char* name, std::int64_t step, std::int64_t steps) {
  const std::string total = std::to_string(steps);
  return fmt::format("{} {:>{}}/{}", name, step, total.size(), total);
}

}  // namespace

std::string format_duration(double seconds) {
  const auto total = static_cast<std::int64_t>(std::llround(std::max(0.0, seconds)));
  if (total < 60) return fmt::format("{} s", total);
  if (total < 3600) return fmt::format("{}:{:02}", total / 60, total % 60);
  return fmt::format("{}:{:02}:{:02}", total / 3600, total / 60 % 60, total % 60);
}

std::string format_train_line(const TrainLine& line) {
  std::string text = fmt::format("{} | Epoch {} | train_loss: {:.4f} | lr: {:.8f}",
                                 progress("Train Step", line.step, line.steps),
                                 line.epoch,
                                 line.loss,
                                 line.learning_rate);
  if (line.gradient_norm) text += fmt::format(" | grad_norm: {:.4f}", *line.gradient_norm);
  text += " | " + profiling(line.times);
  if (line.step < line.steps) {
    text += fmt::format(
        " | {} left",
        format_duration(static_cast<double>(line.steps - line.step) * line.times.step_seconds));
  }
  return text;
}

std::string format_validation_line(const ValidationLine& line) {
  std::string text = progress("Val Step", line.step, line.steps);
  if (line.loss) text += fmt::format(" | val_loss: {:.4f}", *line.loss);
  return text + " | " + profiling(line.times);
}

}  // namespace saker
