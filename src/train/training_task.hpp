// What the loop trains, and on what: the loop (trainer.hpp) knows nothing else of it.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "data/prefetch_loader.hpp"
#include "detectors/detector.hpp"
#include "metrics/watch_metric.hpp"
#include "metrics/weighted_mean.hpp"
#include "nn/process_exchange.hpp"
#include "saker/value.hpp"
#include "train/optimizer_step.hpp"
#include "train/step_line.hpp"
#include "train/unreadable_images.hpp"
#include "weights/pickle_value.hpp"
#include "weights/state_dict.hpp"

namespace saker {

struct TrainingCheckpoint;

// Images first .. first + count - 1 of a batch.
struct BatchShare {
  std::int64_t first = 0, count = 0;
  double share = 1;  // factor of their loss in the batch's
};

// A step that cannot go on.
struct StepFailure {
  const char* what = "";  // is not finite: "the loss", "a gradient"
  std::int64_t step = 0;  // 0-based
  DrawKey draws;          // of the latest part
  const LossTerms& losses;
};

// What a validation gave in rank 0.
struct ValidationReport {
  NamedValues scalars;
  StepTimes times;
  // A summary for people, once it is known whether this is the best one.
  std::function<std::string(const BestValue& best)> table;
  // What best_validation.json keeps of the best one; empty for nothing.
  std::function<Value()> details = {};
};

class TrainingTask {
 public:
  virtual ~TrainingTask() = default;

  // Its parameters are trained and its buffers change in a step.
  virtual torch::nn::Module& module() = 0;
  virtual OptimizerStep& optimizer_step() = 0;
  virtual const OptimizerStep& optimizer_step() const = 0;
  // Tensors besides the module's that all processes have in common, such as those of averages.
  virtual std::vector<torch::Tensor> companions() { return {}; }
  // From here on batches are parts of those of all these processes.
  virtual void set_processes(const ProcessExchangePointer& exchange) = 0;

  // Batches, numbered over the whole run.
  virtual std::int64_t batches_per_epoch() const = 0;
  virtual void start_loading(const PrefetchSettings& settings) = 0;
  virtual double waited_seconds() const = 0;
  // Makes this batch the current one, also if it was loaded before. Returns its number of images.
  // Throws what the data set throws.
  virtual std::int64_t load(std::int64_t number) = 0;
  // Divides the current batch. Throws Error (unsupported) if it can only be computed as a whole.
  virtual std::vector<BatchShare> split(std::int64_t parts) const = 0;
  // Of a part of the current batch, in the precision of the run.
  virtual LossTerms losses(const BatchShare& part, const DrawKey& draws) = 0;
  // Forgets the current batch and what its losses left behind besides gradients and buffers.
  virtual void drop_batch() = 0;
  // Of all splits.
  virtual std::vector<UnreadableImages*> unreadable() = 0;

  // Around the optimizer's update of a step.
  virtual void before_update(std::int64_t /*step*/) {}
  virtual void after_update(std::int64_t /*step*/) {}

  // Pictures of the current batch, in rank 0.
  virtual void show_batch(std::int64_t /*step*/) {}
  // What is logged of a step besides the loop's own values.
  virtual NamedValues step_scalars(std::int64_t /*step*/, const StepTimes& /*times*/) const {
    return {};
  }
  // Keeps what helps to find the cause, and throws Error (data) about the current batch.
  [[noreturn]] virtual void stop_not_finite(const StepFailure& failure) = 0;

  // Whether there is a validation. Without one the latest weights count as the best ones.
  virtual bool validates() const = 0;
  // All processes together. Leaves everything ready for the next step.
  virtual ValidationReport validate(std::int64_t step) = 0;
  virtual const std::string& watch_metric() const = 0;
  virtual WatchMode watch_mode() const = 0;

  // The entry train_model of a checkpoint, and the entries that say of which model it is.
  virtual StateDict training_weights() const = 0;
  virtual PickleDict identity() const = 0;
  virtual void write_exported(const std::filesystem::path& path) const = 0;
  // Throws Error (checkpoint) for another model.
  virtual void require_same_model(const TrainingCheckpoint& checkpoint) const = 0;
  // Strict. Throws Error (checkpoint).
  virtual void restore_weights(const StateDict& weights) = 0;
};

}  // namespace saker
