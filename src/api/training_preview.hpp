// The batches of a training that is not run.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "saker/data_preview.hpp"
#include "train/batch_source.hpp"
#include "transforms/batch.hpp"
#include "transforms/resolve_transforms.hpp"

namespace saker {

class TrainingPreview {
 public:
  // Reads settings, labels and what of the model decides the batches. Throws Error as
  // train_object_detection does.
  explicit TrainingPreview(const TrainArgs& args);

  std::int64_t total_steps() const { return length_.total_steps; }
  std::int64_t batches_per_step() const { return length_.gradient_accumulation_steps; }
  std::int64_t batches_per_epoch() const { return length_.batches_per_epoch; }
  const ResolvedTransforms& transforms() const { return transforms_; }
  const ClassNames& classes() const { return classes_; }

  // The same as the run's loader makes, to the bit. number: counted over all epochs.
  Batch training_batch(std::int64_t number) const { return (*training_)(number); }
  // In the order of the data set.
  Batch validation_batch(std::int64_t number) const { return (*validation_)(number); }
  std::int64_t validation_batches() const { return validation_->count(); }

 private:
  RunLength length_;
  ResolvedTransforms transforms_;
  ClassNames classes_;
  std::unique_ptr<TrainingBatches> training_;
  std::unique_ptr<ValidationBatches> validation_;
};

}  // namespace saker
