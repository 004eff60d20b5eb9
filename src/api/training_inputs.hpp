// What decides the batches of a run: shared by training and by the preview of it.
#pragma once

#include <cstdint>

#include "api/model_source.hpp"
#include "detectors/recipe.hpp"
#include "loggers/run_log.hpp"
#include "saker/train.hpp"
#include "train/run_folder.hpp"
#include "train/training_plan.hpp"
#include "transforms/resolve_transforms.hpp"

namespace saker {

// The model that a run starts from. Throws Error: io when there is nothing to resume, usage when
// the checkpoint is of another family than the model, and what find_model throws.
ModelSource starting_model(const TrainArgs& args, const RunFolder& folder);

// `base` with the keys of `over` put in place of its own.
Value merged_args(const Value& base, const Value& over);

// Sets the plan's steps, batch size, accumulation and seed; its settings and world size must be
// set.
void plan_batches(const TrainArgs& args,
                  const Recipe& recipe,
                  std::int64_t dataset_size,
                  TrainingPlan& plan,
                  RunLog& log);

RunLength run_length(const TrainingPlan& plan, std::int64_t dataset_size);

// build_args: of the network that will be trained.
ResolvedTransforms resolve_run_transforms(const TrainArgs& args,
                                          const ModelSource& source,
                                          const Value& build_args,
                                          const RunLength& length);

}  // namespace saker
