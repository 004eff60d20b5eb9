#include "api/training_inputs.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <optional>

#include "api/settings_reference.hpp"
#include "core/settings_reader.hpp"
#include "data/read_dataset.hpp"
#include "data/sampler.hpp"
#include "detectors/registry.hpp"
#include "detectors/transform_family.hpp"
#include "saker/error.hpp"
#include "train/auto_rules.hpp"

namespace saker {
namespace {

// The model that a run starts from.
ModelSource starting_model(const TrainArgs& args, const RunFolder& folder) {
  if (args.resume_interrupted) {
    if (!std::filesystem::exists(folder.last_checkpoint())) {
      throw Error(ErrorKind::kIo,
                  fmt::format("{}: is not there, so there is nothing to resume; start the run "
                              "without resume_interrupted",
                              folder.last_checkpoint().string()));
    }
    return read_model_file(folder.last_checkpoint());
  }
  if (args.checkpoint.empty()) return find_model(args.model);
  ModelSource checkpoint = read_model_file(args.checkpoint);
  const std::string name = find_model_name(args.model);
  if (!same_family(checkpoint.spec.model_name, name)) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("checkpoint '{}' holds {}, which is of another family than the model {}",
                    args.checkpoint,
                    checkpoint.spec.model_name,
                    args.model));
  }
  return checkpoint;
}

// `base` with the keys of `over` put in place of its own.
Value merged(const Value& base, const Value& over) {
  Value result = base;
  if (!over.is_object()) return result;
  for (const auto& [key, value] : over.as_object()) result[key_text(key)] = value;
  return result;
}

}  // namespace

TrainingInputs read_training_inputs(const TrainArgs& args, const RunFolder& folder) {
  TrainingInputs inputs;
  inputs.data = resolve_data(args.data);
  inputs.source = starting_model(args, folder);
  SettingsProblems problems;
  problems.suggest_from(known_settings(inputs.source.spec.model_name));
  inputs.recipe = make_recipe(inputs.source.spec.model_name, args.model_args, problems);
  problems.throw_if_any();
  inputs.recipe->adopt(inputs.source.build_args);
  inputs.build_args = merged(inputs.source.build_args, inputs.recipe->build_args());
  const DataArgs& data = inputs.data.args;
  inputs.train = std::make_shared<const DetectionDataset>(read_dataset(data, "train"));
  inputs.val =
      std::make_shared<const DetectionDataset>(read_dataset(data, "val", inputs.train.get()));
  return inputs;
}

ResolvedTransforms resolve_run_transforms(const TrainArgs& args,
                                          const TrainingInputs& inputs,
                                          const RunLength& length) {
  const ModelSource& source = inputs.source;
  const std::string& name = source.spec.model_name;
  TransformContext context{.default_image_size = default_image_size(name, inputs.build_args),
                           .run = length,
                           .known_settings = known_settings(name)};
  if (source.has_weights()) {
    context.stored_image_size = source.spec.image_size;
    context.stored_normalization = source.spec.normalization;
  }
  return resolve_transforms(
      transform_family(name, inputs.build_args), args.transform_args, context);
}

void plan_batches(const TrainArgs& args,
                  const Recipe& recipe,
                  std::int64_t dataset_size,
                  TrainingPlan& plan,
                  RunLog& log) {
  plan.steps = args.steps.value_or(recipe.default_steps());
  const std::int64_t wanted = args.batch_size.value_or(recipe.default_batch_size());
  const BatchSizes batch =
      resolve_batch_size(wanted, dataset_size, plan.world_size, plan.settings.loader.batch_size);
  if (batch.reduced_to_dataset) {
    log.warning(fmt::format(
        "batch_size {} is reduced to {}, the number of training images", wanted, batch.global));
  }
  plan.batch_size = batch.global / plan.world_size;
  plan.accumulation = resolve_accumulation(
      args.gradient_accumulation_steps, batch.global, recipe.default_batch_size());
  plan.seed = static_cast<std::uint64_t>(args.seed);
}

RunLength run_length(const TrainingPlan& plan, std::int64_t dataset_size) {
  const EpochSampler sampler(
      {.dataset_size = dataset_size, .batch_size = plan.batch_size, .world_size = plan.world_size});
  return {.total_steps = plan.steps,
          .batches_per_epoch = sampler.batches_per_epoch(),
          .gradient_accumulation_steps = plan.accumulation};
}

}  // namespace saker
