#include "train/checkpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "saker/error.hpp"
#include "train/resume_check.hpp"
#include "weights/checkpoint_file.hpp"
#include "weights/pickle_settings.hpp"
#include "weights/state_dict.hpp"

namespace saker {
namespace {

PickleDict cpp_state(const CheckpointSource& source) {
  PickleDict settings;
  settings.set("steps", source.plan.steps);
  settings.set("batch_size", source.plan.whole_batch());
  settings.set("gradient_accumulation_steps", source.plan.accumulation);
  settings.set("seed", static_cast<std::int64_t>(source.plan.seed));
  settings.set("base_learning_rate", source.task.optimizer_step().base_learning_rate());
  PickleDict state;
  state.set("version", 1);
  state.set("settings", std::move(settings));
  state.set("validation_pending", source.validation_pending);
  state.set("best_value", source.best.value ? PickleValue(*source.best.value) : PickleValue());
  state.set("best_step", PickleValue(source.best.step));
  state.set("batch_parts", source.batch_parts);
  if (const LossScaler* scaler = source.task.optimizer_step().scaler())
    state.set("loss_scaler", scaler->state());
  return state;
}

// The file of a run that began anew in the folder and was killed before it saved is of the run
// before, which config.yaml does not tell of.
void require_same_run(const TrainingCheckpoint& checkpoint, const TrainingPlan& plan) {
  const PickleValue* state = checkpoint.content.find("cpp_state");
  if (state == nullptr) return;
  std::vector<SettingDifference> differences;
  const auto compare = [&](const char* key, std::int64_t own) {
    const std::int64_t before = state->at("settings").at(key).as_int();
    if (before != own) differences.push_back({.key = key, .before = before, .now = own});
  };
  compare("steps", plan.steps);
  compare("batch_size", plan.whole_batch());
  compare("gradient_accumulation_steps", plan.accumulation);
  compare("seed", static_cast<std::int64_t>(plan.seed));
  if (differences.empty()) return;
  throw Error(ErrorKind::kCheckpoint,
              fmt::format("is of a run with other settings:{}\nResume with those, or begin again "
                          "without resume_interrupted",
                          list_differences(differences)));
}

std::vector<std::string> missing_state(const PickleValue& content) {
  if (content.find("cpp_state") != nullptr) return {};
  return {
      "The checkpoint was not written by Saker: it does not hold the best value so far, which the "
      "next validation sets, nor random numbers and the position in the data; images and "
      "augmentations of the steps to come are those of a run that began here."};
}

// Files of the reference and of runs without a scaled loss have no state of it.
void restore_scaler(const PickleValue& content, LossScaler& scaler) {
  const PickleValue* state = content.find("cpp_state");
  const PickleValue* stored = state == nullptr ? nullptr : state->find("loss_scaler");
  if (stored != nullptr) scaler.restore(*stored);
}

}  // namespace

void TrainingCheckpoint::fail(const std::string& what) const {
  throw Error(
      ErrorKind::kCheckpoint,
      fmt::format(
          "{}: {}; resume with the settings of that run, or start a new one", path.string(), what));
}

void write_training_checkpoint(const std::filesystem::path& path, const CheckpointSource& source) {
  const OptimizerStep& steps = source.task.optimizer_step();
  const double base = steps.base_learning_rate();
  PickleDict content;
  content.set("train_model", to_pickle(source.task.training_weights(), true));
  content.set("optimizer",
              steps.optimizer().to_checkpoint(base, steps.schedule().factor(source.step + 1)));
  const Value scheduler =
      steps.schedule().state(source.step + 1, steps.optimizer().base_learning_rates(base));
  content.set("scheduler", to_pickle(scheduler, SequenceType::kList));
  content.set("train_dataloader", nullptr);
  content.set("step", source.step);
  for (auto& [key, value] : source.task.identity().items) content.set(key, value);
  content.set("cpp_state", cpp_state(source));
  write_checkpoint(path, std::move(content));
}

TrainingCheckpoint read_training_checkpoint(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) {
    throw Error(ErrorKind::kIo,
                fmt::format("{}: is not there, so there is nothing to resume; start the run "
                            "without resume_interrupted",
                            path.string()));
  }
  TrainingCheckpoint checkpoint{.path = path,
                                .content = read_checkpoint(path),
                                .step = 0,
                                .best = {},
                                .validation_pending = false,
                                .batch_parts = 1};
  try {
    for (const char* key : {"train_model", "optimizer", "model_init_args"})
      static_cast<void>(checkpoint.content.at(key));
    checkpoint.step = checkpoint.content.at("step").as_int();
    if (const PickleValue* state = checkpoint.content.find("cpp_state")) {
      checkpoint.validation_pending = state->at("validation_pending").as_bool();
      if (const PickleValue* parts = state->find("batch_parts"))
        checkpoint.batch_parts = std::max<std::int64_t>(parts->as_int(), 1);
      if (!state->at("best_value").is_none()) {
        checkpoint.best = BestValue{.value = state->at("best_value").as_double(),
                                    .step = state->at("best_step").as_int()};
      }
    }
  } catch (const Error& error) {
    throw error.with_context(path.string());
  }
  return checkpoint;
}

std::vector<std::string> restore(const TrainingCheckpoint& checkpoint,
                                 TrainingTask& task,
                                 const TrainingPlan& plan) {
  task.require_same_model(checkpoint);
  try {
    require_same_run(checkpoint, plan);
    task.restore_weights(to_state_dict(checkpoint.content.at("train_model")));
    OptimizerStep& steps = task.optimizer_step();
    steps.optimizer().restore(checkpoint.content.at("optimizer"));
    if (steps.scaler() != nullptr) restore_scaler(checkpoint.content, *steps.scaler());
    return missing_state(checkpoint.content);
  } catch (const Error& error) {
    throw error.with_context(checkpoint.path.string());
  }
}

}  // namespace saker
