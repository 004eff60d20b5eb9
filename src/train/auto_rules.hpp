// The rules behind "auto": values chosen from the model's defaults, the data and the machine.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace saker {

// The batch over all processes: the wanted one, but not more than the data set holds; per_device
// replaces it (times world_size) without that limit. Throws Error (usage) when it does not divide
// by world_size.
struct BatchSizes {
  std::int64_t global = 0;
  bool reduced_to_dataset = false;
};
BatchSizes resolve_batch_size(std::int64_t wanted,
                              std::int64_t dataset_size,
                              std::int64_t world_size,
                              std::optional<std::int64_t> per_device);

// max(1, floor(default_batch / batch)) unless given. Throws Error (usage) when given below 1.
std::int64_t resolve_accumulation(std::optional<std::int64_t> given,
                                  std::int64_t batch,
                                  std::int64_t default_batch);

// Threads that load images, per process.
std::int64_t resolve_num_workers(std::optional<std::int64_t> given, std::int64_t devices_per_node);

// Steps between log lines, between validations, and between log lines of a validation.
std::int64_t auto_log_interval(std::int64_t steps);
std::int64_t auto_validation_interval(std::int64_t steps);
std::int64_t auto_validation_log_interval(std::int64_t validation_batches);

// Steps (1-based) below the interval that are logged besides its multiples: 1, 2, 5, 10, 50, 100.
bool is_logged_step(std::int64_t step_1_based, std::int64_t interval);

// Number of finished epochs after the 0-based step.
std::int64_t finished_epochs(std::int64_t step,
                             std::int64_t accumulation,
                             std::int64_t batches_per_epoch);

}  // namespace saker
