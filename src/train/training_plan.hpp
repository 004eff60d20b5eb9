// What a training run does, with every automatic value resolved.
#pragma once

#include <torch/types.h>

#include <cstdint>

#include "train/precision.hpp"
#include "train/training_settings.hpp"

namespace saker {

struct TrainingPlan {
  std::int64_t steps = 0;
  std::int64_t batch_size = 0;  // of each process
  std::int64_t accumulation = 1;
  std::int64_t num_workers = 0;
  std::int64_t log_every = 1;
  std::int64_t validate_every = 1;
  std::int64_t validation_log_every = 1;
  std::uint64_t seed = 0;
  std::int64_t rank = 0;
  std::int64_t world_size = 1;
  bool sync_batchnorm = false;  // all batch norms take their statistics over all processes
  Precision precision = Precision::kFloat32;
  torch::Device device = torch::kCPU;
  TrainingSettings settings;

  // Images of a batch over all processes.
  std::int64_t whole_batch() const { return batch_size * world_size; }
};

}  // namespace saker
