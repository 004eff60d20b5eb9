// Pictures of what training sees: the first batches with their labels, and validation batches with
// predictions.
//
// Files: train_labels_{0,1,2}.jpg, val_labels_{0,1,2}.jpg (written once) and
// val_predictions_{0,1,2}.jpg (the latest), up to four images of a batch in a grid. The same
// pictures go to the trackers as train_images/labels_<step>, val_images/labels_<batch> and
// val_images/predictions_<batch>.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "detectors/detector.hpp"
#include "loggers/metric_logger.hpp"
#include "loggers/run_log.hpp"
#include "saker/image.hpp"
#include "train/validator.hpp"
#include "transforms/batch.hpp"

namespace saker {

class ExampleImages {
 public:
  // metrics and log must outlive it.
  ExampleImages(std::filesystem::path folder,
                const DetectorSpec& spec,
                EvaluationSpace space,
                MetricLogger& metrics,
                RunLog& log);

  // images: [B, 3, H, W]. Does nothing from step 3 on.
  void save_training_labels(std::int64_t step, const torch::Tensor& images, const Batch& labels);
  // step: of training. Does nothing from batch 3 on. Warns of predicted boxes that cannot be drawn.
  void save_validation(std::int64_t step, const ValidationProgress& progress);

 private:
  void save(std::int64_t step, const std::string& file, const std::string& tag, const Image& grid);
  Image label_grid(const torch::Tensor& images, const Batch& labels) const;
  Image prediction_grid(const ValidationProgress& progress) const;

  std::filesystem::path folder_;
  DetectorSpec spec_;
  EvaluationSpace space_;
  MetricLogger* metrics_;
  RunLog* log_;
};

}  // namespace saker
