#include "train/checkpoint.hpp"

#include <fmt/format.h>

#include <utility>

#include "detectors/init_args.hpp"
#include "saker/error.hpp"
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
  settings.set("batch_size", source.plan.batch_size);
  settings.set("gradient_accumulation_steps", source.plan.accumulation);
  settings.set("seed", static_cast<std::int64_t>(source.plan.seed));
  settings.set("base_learning_rate", source.base_learning_rate);
  PickleDict state;
  state.set("version", 1);
  state.set("settings", std::move(settings));
  state.set("validation_pending", source.validation_pending);
  state.set("best_value", source.best.value ? PickleValue(*source.best.value) : PickleValue());
  state.set("best_step", PickleValue(source.best.step));
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

std::vector<std::string> differing_settings(const PickleValue& content, const TrainingPlan& plan) {
  std::vector<std::string> differences;
  const PickleValue* state = content.find("cpp_state");
  if (state == nullptr) {
    differences.emplace_back(
        "The checkpoint was not written by Saker: the best value so far and the order of the data "
        "start anew.");
    return differences;
  }
  const PickleValue& stored = state->at("settings");
  const auto compare = [&](const char* key, std::int64_t own) {
    const std::int64_t before = stored.at(key).as_int();
    if (before != own)
      differences.push_back(fmt::format(
          "{} is {}, but was {} before the interruption; the run will differ from an unbroken one.",
          key,
          own,
          before));
  };
  compare("steps", plan.steps);
  compare("batch_size", plan.batch_size);
  compare("gradient_accumulation_steps", plan.accumulation);
  compare("seed", static_cast<std::int64_t>(plan.seed));
  return differences;
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
                                .validation_pending = false};
  try {
    for (const char* key : {"train_model", "optimizer", "model_init_args"})
      static_cast<void>(checkpoint.content.at(key));
    checkpoint.step = checkpoint.content.at("step").as_int();
    if (const PickleValue* state = checkpoint.content.find("cpp_state")) {
      checkpoint.validation_pending = state->at("validation_pending").as_bool();
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
    const StateDict weights = to_state_dict(checkpoint.content.at("train_model"));
    load_state_dict(target.model, weights.below(kModelPrefix));
    if (target.ema != nullptr) restore_ema(weights, *target.ema);
    target.optimizer.restore(checkpoint.content.at("optimizer"));
    if (target.scaler != nullptr) restore_scaler(checkpoint.content, *target.scaler);
    return differing_settings(checkpoint.content, plan);
  } catch (const Error& error) {
    throw error.with_context(checkpoint.path.string());
  }
}

}  // namespace saker
