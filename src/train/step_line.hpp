// The lines that a training prints: progress of steps and of a validation.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace saker {

struct StepTimes {
  double step_seconds = 0;  // mean of a whole optimizer step, data loading included
  double data_seconds = 0;  // mean time that a step waited for data
  double images_per_second = 0;
};

struct TrainLine {
  std::int64_t step = 0;  // 1-based
  std::int64_t steps = 0;
  std::int64_t epoch = 0;  // finished epochs
  double loss = 0;
  double learning_rate = 0;
  std::optional<double> gradient_norm;
  StepTimes times;
};

// "Train Step  10/300 | Epoch 1 | train_loss: 3.4120 | lr: 0.00100000 | Profiling [ Step Time 0.61s
// | Data Time 0.02s (3%) | 13 img/s ] | 2:57 left"
std::string format_train_line(const TrainLine& line);

struct ValidationLine {
  std::int64_t step = 0;  // 1-based batch
  std::int64_t steps = 0;
  std::optional<double> loss;  // on the last batch
  StepTimes times;
};
std::string format_validation_line(const ValidationLine& line);

// "45 s", "2:57" or "1:02:57".
std::string format_duration(double seconds);

}  // namespace saker
