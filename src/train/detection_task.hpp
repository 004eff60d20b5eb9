// The training of a detector, as the loop sees it.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/prefetch_loader.hpp"
#include "detectors/detector.hpp"
#include "detectors/recipe.hpp"
#include "distributed/processes.hpp"
#include "loggers/metric_logger.hpp"
#include "loggers/run_log.hpp"
#include "train/batch_parts.hpp"
#include "train/batch_source.hpp"
#include "train/example_images.hpp"
#include "train/run_folder.hpp"
#include "train/training_plan.hpp"
#include "train/training_step.hpp"
#include "train/training_task.hpp"
#include "train/validator.hpp"

namespace saker {

// Everything must outlive the task.
struct DetectionTaskParts {
  const RunFolder& folder;
  const TrainingBatches& batches;
  Validator& validator;
  Detector& model;
  const Recipe& recipe;
  RunLog& log;
  MetricLogger& metrics;
  bool is_first = true;  // of the processes: writes pictures
};

class DetectionTask final : public TrainingTask {
 public:
  DetectionTask(const TrainingPlan& plan, const DetectionTaskParts& parts);

  torch::nn::Module& module() override { return parts_.model; }
  OptimizerStep& optimizer_step() override { return training_step_.optimizer_step(); }
  const OptimizerStep& optimizer_step() const override { return training_step_.optimizer_step(); }
  std::vector<torch::Tensor> companions() override;
  void set_processes(const ProcessExchangePointer& exchange) override;

  std::int64_t batches_per_epoch() const override { return parts_.batches.per_epoch(); }
  void start_loading(const PrefetchSettings& settings) override;
  double waited_seconds() const override { return loader_->waited_seconds(); }
  std::int64_t load(std::int64_t number) override;
  std::vector<BatchShare> split(std::int64_t parts) const override;
  LossTerms losses(const BatchShare& part, const DrawKey& draws) override;
  void drop_batch() override;
  std::vector<UnreadableImages*> unreadable() override;

  void after_update(std::int64_t step) override;
  void show_batch(std::int64_t step) override;
  [[noreturn]] void stop_not_finite(const StepFailure& failure) override;

  bool validates() const override { return true; }
  ValidationReport validate(std::int64_t step) override;
  const std::string& watch_metric() const override { return plan_.settings.metric.watch_metric; }
  WatchMode watch_mode() const override { return watch_mode_; }

  StateDict training_weights() const override;
  PickleDict identity() const override;
  void write_exported(const std::filesystem::path& path) const override;
  void require_same_model(const TrainingCheckpoint& checkpoint) const override;
  void restore_weights(const StateDict& weights) override;

 private:
  RunLength run_length() const;
  TrainingStepSettings step_settings() const;
  void warn_of_replaced_boxes(const LossTerms& losses);

  TrainingPlan plan_;
  DetectionTaskParts parts_;
  TrainingStep training_step_;
  ExampleImages examples_;
  WatchMode watch_mode_;
  ProcessExchangePointer exchange_;
  std::optional<PrefetchLoader<Batch>> loader_;

  // The current batch, and the part of it that was computed last.
  Batch batch_;
  std::int64_t number_ = 0;
  torch::Tensor images_;
  Targets targets_;
  BatchPart latest_;
  bool warned_of_boxes_ = false;
};

}  // namespace saker
