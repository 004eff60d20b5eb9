#include "api/training_preview.hpp"

#include <utility>

#include "api/training_inputs.hpp"
#include "core/settings_reader.hpp"
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
  TrainingInputs inputs = read_training_inputs(args, RunFolder(args.out));
  plan_batches(args, *inputs.recipe, inputs.train->size(), plan, log);
  length_ = run_length(plan, inputs.train->size());
  transforms_ = resolve_run_transforms(args, inputs, length_);
  for (const std::string& warning : transforms_.warnings) log.warning(warning);
  classes_ = inputs.train->classes().kept();
  training_ = std::make_unique<TrainingBatches>(
      std::move(inputs.train), std::make_shared<const TrainTransform>(transforms_.train), plan);
  validation_ = std::make_unique<ValidationBatches>(
      std::move(inputs.val),
      std::make_shared<const ValidationTransform>(transforms_.validation),
      plan.batch_size,
      plan.settings.image);
}

}  // namespace saker
