// Batches of a run by number: what the loader's threads call.
//
// Copies share the data set and the transform, so that a thread that hangs in one may outlive the
// run.
#pragma once

#include <cstdint>
#include <memory>

#include "data/detection_dataset.hpp"
#include "data/sampler.hpp"
#include "image/read_image.hpp"
#include "train/training_plan.hpp"
#include "transforms/batch.hpp"
#include "transforms/batch_schedule.hpp"
#include "transforms/train_transform.hpp"
#include "transforms/validation_transform.hpp"

namespace saker {

// Shuffled and augmented. Const and safe from many threads, as is the next.
class TrainingBatches {
 public:
  TrainingBatches(std::shared_ptr<const DetectionDataset> data,
                  std::shared_ptr<const TrainTransform> transform,
                  const TrainingPlan& plan);

  // number: counted over all epochs.
  Batch operator()(std::int64_t number) const;
  std::int64_t per_epoch() const { return sampler_->batches_per_epoch(); }

 private:
  ScheduledBatch scheduled(std::int64_t number) const;

  std::shared_ptr<const DetectionDataset> data_;
  std::shared_ptr<const TrainTransform> transform_;
  std::shared_ptr<const EpochSampler> sampler_;
  ReadImageArgs read_args_;
  std::uint64_t seed_;
  std::int64_t accumulation_;
};

// In the order of the data set; the last batch may be smaller.
class ValidationBatches {
 public:
  ValidationBatches(std::shared_ptr<const DetectionDataset> data,
                    std::shared_ptr<const ValidationTransform> transform,
                    std::int64_t batch_size,
                    const ReadImageArgs& read_args);

  Batch operator()(std::int64_t number) const;
  std::int64_t count() const { return sampler_->batches_per_epoch(); }

 private:
  std::shared_ptr<const DetectionDataset> data_;
  std::shared_ptr<const ValidationTransform> transform_;
  std::shared_ptr<const EpochSampler> sampler_;
  ReadImageArgs read_args_;
};

}  // namespace saker
