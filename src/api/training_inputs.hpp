// What decides the batches of a run: shared by training and by the preview of it.
#pragma once

#include <cstdint>
#include <memory>

#include "api/model_source.hpp"
#include "data/data_settings.hpp"
#include "data/detection_dataset.hpp"
#include "detectors/recipe.hpp"
#include "loggers/run_log.hpp"
#include "saker/train.hpp"
#include "train/run_folder.hpp"
#include "train/training_plan.hpp"
#include "transforms/resolve_transforms.hpp"

namespace saker {

// The data, the model that a run starts from, and how it is trained.
struct TrainingInputs {
  ResolvedData data;
  ModelSource source;
  std::unique_ptr<Recipe> recipe;
  Value build_args;  // of the network that will be trained
  std::shared_ptr<const DetectionDataset> train, val;
};

// folder: where a run that goes on keeps its last checkpoint. Throws Error: io when there is
// nothing to resume; usage when the checkpoint is of another family than the model, and for wrong
// model_args; and what resolve_data, find_model and read_dataset throw.
TrainingInputs read_training_inputs(const TrainArgs& args, const RunFolder& folder);

// Sets the plan's steps, batch size, accumulation and seed; its settings and world size must be
// set.
void plan_batches(const TrainArgs& args,
                  const Recipe& recipe,
                  std::int64_t dataset_size,
                  TrainingPlan& plan,
                  RunLog& log);

RunLength run_length(const TrainingPlan& plan, std::int64_t dataset_size);

ResolvedTransforms resolve_run_transforms(const TrainArgs& args,
                                          const TrainingInputs& inputs,
                                          const RunLength& length);

}  // namespace saker
