// The training loop. It knows detectors and their recipes only through their interfaces.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "data/prefetch_loader.hpp"
#include "data/sampler.hpp"
#include "data/yolo_dataset.hpp"
#include "detectors/detector.hpp"
#include "detectors/recipe.hpp"
#include "loggers/metric_logger.hpp"
#include "loggers/run_log.hpp"
#include "metrics/watch_metric.hpp"
#include "metrics/weighted_mean.hpp"
#include "saker/train.hpp"
#include "train/example_images.hpp"
#include "train/model_ema.hpp"
#include "train/run_folder.hpp"
#include "train/sgd.hpp"
#include "train/step_line.hpp"
#include "train/training_plan.hpp"
#include "train/validator.hpp"
#include "transforms/train_transform.hpp"

namespace saker {

// What a run works on; everything must outlive the trainer.
struct TrainingContext {
  const RunFolder& folder;
  const YoloDataset& train_data;
  const TrainTransform& train_transform;
  Validator& validator;
  Detector& model;
  const Recipe& recipe;
  RunLog& log;
  MetricLogger& metrics;
};

class Trainer {
 public:
  Trainer(const TrainingPlan& plan, const TrainingContext& context);

  // Goes on after the last finished step of a checkpoint. Throws Error (checkpoint) for one of
  // another model or data set.
  void resume(const std::filesystem::path& checkpoint);

  // Trains to the end. Throws Error: interrupted after a stop request, once everything is saved;
  // data when a loss is not finite.
  TrainResult run();

 private:
  void run_step(std::int64_t step, PrefetchLoader<Batch>& loader);
  LossTerms forward(const torch::Tensor& images, const Targets& targets);
  void log_step(std::int64_t step);
  void save_last(std::int64_t step);
  void validate(std::int64_t step);
  bool is_validation_due(std::int64_t step) const;
  bool is_best(const NamedValues& scalars, std::int64_t step);
  ScheduledBatch schedule_batch(std::int64_t number) const;
  Batch make_batch(std::int64_t number) const;
  StepTimes mean_times() const;

  TrainingPlan plan_;
  TrainingContext context_;
  EpochSampler sampler_;
  Sgd optimizer_;
  std::optional<ModelEma> ema_;
  ExampleImages examples_;
  WatchMode watch_mode_;
  BestValue best_;
  double base_learning_rate_ = 0;
  std::int64_t first_step_ = 0;
  bool validation_pending_ = false;  // the checkpoint was written before the validation of its step

  // Losses of the latest optimizer step, means over its images.
  NamedValues step_losses_;
  std::int64_t timed_steps_ = 0;
  double step_seconds_ = 0;
  double data_seconds_ = 0;
};

}  // namespace saker
