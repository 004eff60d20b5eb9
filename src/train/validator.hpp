// One pass over a validation split: losses and COCO average precision.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "detectors/detector.hpp"
#include "distributed/processes.hpp"
#include "metrics/coco_average_precision.hpp"
#include "metrics/watch_metric.hpp"
#include "metrics/weighted_mean.hpp"
#include "train/batch_source.hpp"
#include "train/step_line.hpp"
#include "train/training_settings.hpp"
#include "transforms/batch.hpp"

namespace saker {

struct ValidatorSettings {
  std::int64_t num_workers = 0;
  LoaderSettings loader = {};
  torch::Device device = torch::kCPU;
  MetricSettings metric = {};
  Processes* processes = nullptr;  // that share the split's images; nullptr: one has all
};

// What one batch gave.
struct ValidationProgress {
  std::int64_t batch = 0;  // 0-based
  std::int64_t batches = 0;
  const torch::Tensor& images;
  const Batch& labels;  // without its pixels, which are in `images`
  const std::vector<Predictions>& predictions;
  std::optional<double> loss;  // mean over all images so far, on the last batch
  StepTimes times;
};

class Validator {
 public:
  struct Outcome {
    // Of all processes in rank 0; elsewhere without metrics.
    NamedValues losses;  // means over images, "loss" first
    CocoResult metrics;
    CocoEvaluator evaluation;  // what they were computed from
    std::int64_t images = 0;
    StepTimes times;
    bool classwise = false;
    std::vector<std::string> metric_names;  // of metrics.values()
    std::vector<std::string> class_names;

    // val_loss, val_loss/<name>, val_metric/<metric> and, where asked for,
    // val_metric_classwise/map_<class>.
    NamedValues scalars() const;
    // A summary for people.
    std::string table(const std::string& watched, const BestValue& best) const;
  };

  Validator(ValidationBatches batches, ValidatorSettings settings);

  std::int64_t batches() const { return batches_.count(); }
  UnreadableImages& unreadable() const { return batches_.unreadable(); }
  // All processes call it together; on_batch is told of this one's part of each batch. The model is
  // put into evaluation mode and left in it. Throws what the batches throw, and Error (data) when
  // none of the images can be read.
  Outcome run(Detector& model,
              const std::function<void(const ValidationProgress&)>& on_batch) const;

 private:
  ValidationBatches batches_;
  ValidatorSettings settings_;
};

}  // namespace saker
