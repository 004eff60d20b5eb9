// Batches of a run by number: what the loader's threads call.
//
// Copies share the data set, the transform and the list of unreadable images, so that a thread that
// hangs in one may outlive the run.
#pragma once

#include <cstdint>
#include <memory>

#include "data/detection_dataset.hpp"
#include "data/sampler.hpp"
#include "image/read_image.hpp"
#include "train/training_plan.hpp"
#include "train/unreadable_images.hpp"
#include "transforms/batch.hpp"
#include "transforms/batch_schedule.hpp"
#include "transforms/sample_input.hpp"
#include "transforms/train_transform.hpp"
#include "transforms/validation_transform.hpp"

namespace saker {

// Shuffled and augmented. Const and safe from many threads, as is the next.
class TrainingBatches {
 public:
  TrainingBatches(std::shared_ptr<const DetectionDataset> data,
                  std::shared_ptr<const TrainTransform> transform,
                  const TrainingPlan& plan);

  // number: counted over all epochs. Throws UnreadableImageError, and under kReplace Error (data)
  // when kMostReplacements others cannot be read either.
  Batch operator()(std::int64_t number) const;
  std::int64_t per_epoch() const { return sampler_->batches_per_epoch(); }
  UnreadableImages& unreadable() const { return *unreadable_; }

 private:
  ScheduledBatch scheduled(std::int64_t number) const;
  SampleInput sample(std::int64_t index) const;
  SampleInput sample_in_place_of(std::int64_t index) const;

  std::shared_ptr<const DetectionDataset> data_;
  std::shared_ptr<const TrainTransform> transform_;
  std::shared_ptr<const EpochSampler> sampler_;
  ReadImageArgs read_args_;
  UnreadablePolicy policy_;
  std::shared_ptr<UnreadableImages> unreadable_;
  std::uint64_t seed_;
  std::int64_t accumulation_;
};

// In the order of the data set; the last batch may be smaller. Of each batch a process has an equal
// part, without any image twice; a batch of fewer images than processes is rank 0's.
class ValidationBatches {
 public:
  // batch_size: over all processes.
  ValidationBatches(std::shared_ptr<const DetectionDataset> data,
                    std::shared_ptr<const ValidationTransform> transform,
                    std::int64_t batch_size,
                    const ImageSettings& images,
                    std::int64_t rank = 0,
                    std::int64_t world_size = 1);

  // Under kReplace without its unreadable images, so that it may be empty; else one of them throws
  // UnreadableImageError.
  Batch operator()(std::int64_t number) const;
  std::int64_t count() const { return sampler_->batches_per_epoch(); }
  UnreadableImages& unreadable() const { return *unreadable_; }

 private:
  std::shared_ptr<const DetectionDataset> data_;
  std::shared_ptr<const ValidationTransform> transform_;
  std::shared_ptr<const EpochSampler> sampler_;  // of whole batches
  std::int64_t rank_, world_size_;
  ReadImageArgs read_args_;
  UnreadablePolicy policy_;
  std::shared_ptr<UnreadableImages> unreadable_;
};

}  // namespace saker
