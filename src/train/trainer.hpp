// The training loop. It knows what is trained only through the interface of a task.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "loggers/metric_logger.hpp"
#include "loggers/run_log.hpp"
#include "metrics/watch_metric.hpp"
#include "metrics/weighted_mean.hpp"
#include "saker/train.hpp"
#include "train/checkpoint.hpp"
#include "train/data_parallel.hpp"
#include "train/kept_buffers.hpp"
#include "train/out_of_memory.hpp"
#include "train/run_folder.hpp"
#include "train/run_saver.hpp"
#include "train/step_line.hpp"
#include "train/training_plan.hpp"
#include "train/training_task.hpp"

namespace saker {

// What a run works on; everything must outlive the trainer.
struct TrainingContext {
  const RunFolder& folder;
  TrainingTask& task;
  RunLog& log;
  MetricLogger& metrics;
  Processes* processes = nullptr;  // that train the model together; nullptr for one
};

class Trainer {
 public:
  Trainer(const TrainingPlan& plan, const TrainingContext& context);

  // Goes on after the last finished step of a checkpoint. Throws Error (checkpoint) for one of
  // another model or data set.
  void resume(const std::filesystem::path& checkpoint);

  // Trains to the end. A step that does not fit into memory is run again in parts. Throws Error:
  // interrupted after a stop request and what the loader throws, once everything is saved; data
  // when a loss is not finite, once the step is kept for a replay; unsupported for memory that does
  // not even suffice for one image.
  TrainResult run();

 private:
  void run_step(std::int64_t step);
  // Forward and backward passes of all batches of the step.
  void compute_gradients(std::int64_t step);
  // is_last: of the step; its backward pass shares the gradients. Returns the losses' values.
  NamedValues train_on(std::int64_t number, const BatchShare& part, bool is_last);
  // Undoes what compute_gradients() did to the model.
  void reset_step();
  void split_further(std::int64_t step, const std::string& failure);
  // Returns the number of images.
  std::int64_t load(std::int64_t number);
  void report_unreadable();
  void log_step(std::int64_t step);
  void save_last(std::int64_t step, bool validation_pending);
  // After an error of the data: saves what was reached up to that step, if it is not saved yet, and
  // throws the error with how to go on.
  [[noreturn]] void stop_saved(std::int64_t step, bool validation_pending, const Error& error);
  void validate(std::int64_t step);
  bool is_validation_due(std::int64_t step) const;
  bool is_best(const NamedValues& scalars, std::int64_t step);
  StepTimes mean_times() const;
  std::int64_t finished_epochs_after(std::int64_t step) const;
  [[noreturn]] void stop_not_finite(const char* what);
  // first: of the images in this process's batch.
  DrawKey draw_key(std::int64_t number, std::int64_t first) const;
  bool are_gradients_fine();
  CheckpointSource checkpoint_source(std::int64_t step, bool validation_pending) const;

  TrainingPlan plan_;
  TrainingContext context_;
  TrainingTask& task_;
  DataParallel parallel_;
  KeptBuffers buffers_;  // as before the step
  RunSaver saver_;
  BestValue best_;
  std::int64_t first_step_ = 0;
  bool validation_pending_ = false;  // the checkpoint was written before the validation of its step
  // Of the part of a batch that was computed last.
  LossTerms latest_losses_;
  DrawKey latest_draws_;
  std::int64_t batch_parts_ = 1;  // that each batch is computed in

  // Losses of the latest optimizer step, means over its images.
  NamedValues step_losses_;
  StepUpdate update_;
  std::int64_t timed_steps_ = 0;
  double step_seconds_ = 0;
  double data_seconds_ = 0;
};

}  // namespace saker
