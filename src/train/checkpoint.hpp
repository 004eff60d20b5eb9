// The files that a training run writes and resumes from.
//
// last.ckpt and best.ckpt hold train_model (of detectors model.*, ema_model.updates,
// ema_model.model.*), optimizer, scheduler, step, model_class_path, model_init_args and
// license_info as the reference does, so that it can resume from them, and cpp_state with what an
// exact resume needs besides. exported_*.pt, which the task writes, hold the weights for inference.
// Layout: docs/formats/checkpoint.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "metrics/watch_metric.hpp"
#include "train/training_plan.hpp"
#include "train/training_task.hpp"
#include "weights/pickle_value.hpp"

namespace saker {

// Everything that goes into the files of one moment of a run.
struct CheckpointSource {
  const TrainingTask& task;
  const TrainingPlan& plan;
  std::int64_t step = 0;  // 0-based, the last finished one
  BestValue best;
  bool validation_pending = false;  // the step's validation comes after this file
  std::int64_t batch_parts = 1;     // of a batch that did not fit into memory
};

void write_training_checkpoint(const std::filesystem::path& path, const CheckpointSource& source);

struct TrainingCheckpoint {
  std::filesystem::path path;
  PickleValue content;
  std::int64_t step = 0;
  BestValue best;  // empty in files of the reference
  bool validation_pending = false;
  std::int64_t batch_parts = 1;

  // Throws Error (checkpoint): the file does not fit the run, for that reason.
  [[noreturn]] void fail(const std::string& what) const;
};

// Throws Error (io) when there is no such file, (checkpoint) when it is no training checkpoint.
TrainingCheckpoint read_training_checkpoint(const std::filesystem::path& path);

// Returns what the checkpoint lacks for an exact resume, for the log. Throws Error (checkpoint)
// when the model, its classes or its input size differ, or the steps, batches and seed of the run
// that wrote it: then it is of an earlier run in the same folder.
std::vector<std::string> restore(const TrainingCheckpoint& checkpoint,
                                 TrainingTask& task,
                                 const TrainingPlan& plan);

}  // namespace saker
