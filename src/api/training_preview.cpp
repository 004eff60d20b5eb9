#include "api/training_preview.hpp"

#include <utility>

#include "api/training_inputs.hpp"
#include "core/settings_reader.hpp"
#include "data/data_settings.hpp"
#include "data/read_dataset.hpp"
#include "detectors/registry.hpp"
#include "loggers/run_log.hpp"
#include "train/training_settings.hpp"

namespace saker {

TrainingPreview::TrainingPreview(const TrainArgs& args) {
  SettingsProblems problems;
  if (args.model.empty() && !args.resume_interrupted) problems.missing_key("model");
  TrainingPlan plan;
  plan.settings = TrainingSettings::read(args, problems);
  problems.throw_if_any();
  RunLog log;
  const ResolvedData data = resolve_data(args.data);
  const ModelSource source = starting_model(args, RunFolder(args.out));
  const std::unique_ptr<Recipe> recipe =
      make_recipe(source.spec.model_name, args.model_args, problems);
  problems.throw_if_any();
  recipe->adopt(source.build_args);
  const Value build_args = merged_args(source.build_args, recipe->build_args());
  auto train = std::make_shared<const DetectionDataset>(read_dataset(data.args, "train"));
  auto val = std::make_shared<const DetectionDataset>(read_dataset(data.args, "val", train.get()));
  plan_batches(args, *recipe, train->size(), plan, log);
  length_ = run_length(plan, train->size());
  transforms_ = resolve_run_transforms(args, source, build_args, length_);
  for (const std::string& warning : transforms_.warnings) log.warning(warning);
  classes_ = train->classes().kept();
  training_ = std::make_unique<TrainingBatches>(
      std::move(train), std::make_shared<const TrainTransform>(transforms_.train), plan);
  validation_ = std::make_unique<ValidationBatches>(
      std::move(val),
      std::make_shared<const ValidationTransform>(transforms_.validation),
      plan.batch_size,
      plan.settings.image.read_image_args());
}

}  // namespace saker
