#include "train/checkpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "detectors/init_args.hpp"
#include "saker/error.hpp"
#include "train/resume_check.hpp"
#include "weights/checkpoint_file.hpp"
#include "weights/exported_model.hpp"
#include "weights/pickle_settings.hpp"
#include "weights/state_dict.hpp"
#include "weights/torch_bridge.hpp"

namespace saker {
namespace {

constexpr const char* kModelPrefix = "model.";
constexpr const char* kEmaPrefix = "ema_model.model.";
constexpr const char* kEmaUpdates = "ema_model.updates";

void add_all(StateDict& target, const StateDict& source) {
  for (const auto& [name, tensor] : source) target.add(name, tensor);
}

void add_ema(StateDict& weights, const ModelEma& ema) {
  weights.add(kEmaUpdates, torch::tensor(ema.updates(), torch::kLong));
  add_all(weights, collect_state_dict(ema.model()).with_prefix(kEmaPrefix));
}

StateDict training_weights(const CheckpointSource& source) {
  StateDict weights = collect_state_dict(source.model).with_prefix(kModelPrefix);
  if (source.ema != nullptr) add_ema(weights, *source.ema);
  return weights;
}

// With a moving average, that alone.
StateDict exported_weights(const CheckpointSource& source) {
  if (source.ema == nullptr) return collect_state_dict(source.model).with_prefix(kModelPrefix);
  StateDict weights;
  add_ema(weights, *source.ema);
  return weights;
}

PickleDict cpp_state(const CheckpointSource& source) {
  PickleDict settings;
  settings.set("steps", source.plan.steps);
  settings.set("batch_size", source.plan.whole_batch());
  settings.set("gradient_accumulation_steps", source.plan.accumulation);
  settings.set("seed", static_cast<std::int64_t>(source.plan.seed));
  settings.set("base_learning_rate", source.base_learning_rate);
  PickleDict state;
  state.set("version", 1);
  state.set("settings", std::move(settings));
  state.set("validation_pending", source.validation_pending);
  state.set("best_value", source.best.value ? PickleValue(*source.best.value) : PickleValue());
  state.set("best_step", PickleValue(source.best.step));
  state.set("batch_parts", source.batch_parts);
  if (source.scaler != nullptr) state.set("loss_scaler", source.scaler->state());
  return state;
}

// The model of the run must be the one of the file.
void require_same_model(const TrainingCheckpoint& checkpoint, const Detector& model) {
  const DetectorSpec stored = spec_from_init_args(checkpoint.content.at("model_init_args"));
  const DetectorSpec& own = model.spec();
  const auto fail = [&](const std::string& what) {
    throw Error(ErrorKind::kCheckpoint,
                fmt::format("{}: {}; resume with the settings of that run, or start a new one",
                            checkpoint.path.string(),
                            what));
  };
  if (stored.model_name != own.model_name)
    fail(fmt::format("holds the model {}, but the run has {}", stored.model_name, own.model_name));
  if (stored.classes != own.classes)
    fail(fmt::format("has {} classes or other names than the data set with its {}",
                     stored.classes.size(),
                     own.classes.size()));
  if (stored.image_size != own.image_size) {
    fail(fmt::format("has image_size {}x{}, but the run has {}x{}",
                     stored.image_size.height,
                     stored.image_size.width,
                     own.image_size.height,
                     own.image_size.width));
  }
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

void restore_ema(const StateDict& weights, ModelEma& ema) {
  load_state_dict(ema.model(), weights.below(kEmaPrefix));
  const torch::Tensor* updates = weights.find(kEmaUpdates);
  if (updates == nullptr)
    throw Error(ErrorKind::kCheckpoint, fmt::format("train_model lacks '{}'", kEmaUpdates));
  ema.set_updates(updates->item<std::int64_t>());
}

// Files of the reference and of runs without a scaled loss have no state of it.
void restore_scaler(const PickleValue& content, LossScaler& scaler) {
  const PickleValue* state = content.find("cpp_state");
  const PickleValue* stored = state == nullptr ? nullptr : state->find("loss_scaler");
  if (stored != nullptr) scaler.restore(*stored);
}

}  // namespace

void write_training_checkpoint(const std::filesystem::path& path, const CheckpointSource& source) {
  PickleDict content;
  content.set("train_model", to_pickle(training_weights(source), true));
  content.set("optimizer",
              source.optimizer.to_checkpoint(source.base_learning_rate,
                                             source.schedule.factor(source.step + 1)));
  const Value scheduler = source.schedule.state(
      source.step + 1, source.optimizer.base_learning_rates(source.base_learning_rate));
  content.set("scheduler", to_pickle(scheduler, SequenceType::kList));
  content.set("train_dataloader", nullptr);
  content.set("step", source.step);
  content.set("model_class_path", source.model.model_class_path());
  content.set("model_init_args", make_init_args(source.model));
  content.set("license_info", kWeightsLicense);
  content.set("cpp_state", cpp_state(source));
  write_checkpoint(path, std::move(content));
}

void write_exported_checkpoint(const std::filesystem::path& path, const CheckpointSource& source) {
  ExportedModel exported;
  exported.model_class_path = source.model.model_class_path();
  exported.init_args = make_init_args(source.model);
  exported.train_model = exported_weights(source);
  write_exported_model(path, exported);
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
                                 const RestoreTarget& target,
                                 const TrainingPlan& plan) {
  require_same_model(checkpoint, target.model);
  try {
    require_same_run(checkpoint, plan);
    const StateDict weights = to_state_dict(checkpoint.content.at("train_model"));
    load_state_dict(target.model, weights.below(kModelPrefix));
    if (target.ema != nullptr) restore_ema(weights, *target.ema);
    target.optimizer.restore(checkpoint.content.at("optimizer"));
    if (target.scaler != nullptr) restore_scaler(checkpoint.content, *target.scaler);
    return missing_state(checkpoint.content);
  } catch (const Error& error) {
    throw error.with_context(checkpoint.path.string());
  }
}

}  // namespace saker
