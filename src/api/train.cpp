// train_object_detection: from arguments to a running loop.
#include "saker/train.hpp"

#include <fmt/format.h>
#include <torch/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <utility>

#include "api/model_source.hpp"
#include "api/run_config.hpp"
#include "api/run_system.hpp"
#include "api/settings_reference.hpp"
#include "api/training_device.hpp"
#include "api/training_inputs.hpp"
#include "api/training_processes.hpp"
#include "core/stop_request.hpp"
#include "core/yaml.hpp"
#include "core/yaml_writer.hpp"
#include "data/data_settings.hpp"
#include "detectors/load_weights.hpp"
#include "detectors/registry.hpp"
#include "loggers/jsonl_writer.hpp"
#include "loggers/metric_logger.hpp"
#include "loggers/mlflow_logger.hpp"
#include "loggers/run_log.hpp"
#include "loggers/tensorboard_writer.hpp"
#include "loggers/tracker_notices.hpp"
#include "loggers/wandb_run.hpp"
#include "saker/error.hpp"
#include "saker/run_report.hpp"
#include "train/auto_rules.hpp"
#include "train/checkpoint.hpp"
#include "train/detection_task.hpp"
#include "train/out_of_memory.hpp"
#include "train/resume_check.hpp"
#include "train/run_folder.hpp"
#include "train/tensor_cache.hpp"
#include "train/trainer.hpp"
#include "train/training_plan.hpp"
#include "train/training_settings.hpp"
#include "train/validator.hpp"
#include "transforms/resolve_transforms.hpp"

namespace saker {
namespace {

// Takes the weights out of the source.
std::shared_ptr<Detector> make_starting_detector(const TrainArgs& args,
                                                 ModelSource& source,
                                                 const DetectorSpec& spec,
                                                 const Value& build_args,
                                                 RunLog& log) {
  const auto seed = static_cast<std::uint64_t>(args.seed);
  if (!source.has_weights()) return make_detector(spec, build_args, seed);
  std::shared_ptr<Detector> detector =
      family_of(spec.model_name).make_for_weights(spec, source.weights, build_args, seed);
  const WeightsReport report =
      load_weights(*detector, std::move(source.weights), LoadMode::kFineTuning);
  log.info(fmt::format("Weights of {}: {}", source.origin, report.summary()));
  return detector;
}

void log_data(const DetectionDataset& train, const DetectionDataset& val, RunLog& log) {
  log.info(fmt::format("Train images: {}, Val images: {}", train.size(), val.size()));
  for (const DetectionDataset* data : {&train, &val}) {
    for (const std::string& line : data->statistics().log_lines()) log.info(line);
    for (const std::string& line : data->statistics().warnings()) log.warning(line);
  }
}

// Called on threads of trackers too, which have nobody to tell of a full disk.
TrackerNotices tracker_notices(RunLog& log) {
  const auto calling = [&log](void (RunLog::*say)(const std::string&)) {
    return [&log, say](const std::string& message) {
      try {
        (log.*say)(message);
      } catch (const Error&) {
      }
    };
  };
  return {.info = calling(&RunLog::info), .warning = calling(&RunLog::warning)};
}

void open_trackers(const LoggerSettings& settings,
                   const RunFolder& folder,
                   const Value& resolved,
                   bool resume,
                   RunLog& log,
                   FanOutLogger& metrics) {
  if (settings.tensorboard)
    metrics.add(std::make_unique<TensorBoardWriter>(folder.path(), *settings.tensorboard));
  if (settings.jsonl) metrics.add(std::make_unique<JsonlWriter>(folder.metrics_jsonl()));
  if (settings.mlflow)
    metrics.add(std::make_unique<MlflowLogger>(*settings.mlflow, resume, tracker_notices(log)));
  if (settings.wandb)
    metrics.add(std::make_unique<WandbRun>(folder.path(), *settings.wandb, tracker_notices(log)));
  metrics.log_hyperparameters(resolved);
}

// A page that cannot be written is no reason to fail a training.
void write_report(const RunFolder& folder, RunLog& log) {
  try {
    log.info(fmt::format("Report: '{}'", write_run_report({.run = folder.path().string()})));
  } catch (const Error& error) {
    log.warning(fmt::format("The report could not be written: {}", error.what()));
  }
}

// A full disk fails the trackers too; the first failure is the one to tell of.
void close_after_failure(MetricLogger& metrics, RunOutcome outcome) {
  try {
    metrics.close(outcome);
  } catch (const Error&) {
  }
}

// args with every automatic value and every default in place. model: the name of the network.
Value resolved_settings(const TrainArgs& args,
                        const std::string& model,
                        const TrainingPlan& plan,
                        const ResolvedData& data,
                        const ResolvedTransforms& transforms,
                        const Value& model_args) {
  Value value = to_value(args);
  if (args.model.empty()) value["model"] = model;
  value["data"] = to_value(data.args);
  value["steps"] = plan.steps;
  value["batch_size"] = plan.whole_batch();
  value["gradient_accumulation_steps"] = plan.accumulation;
  value["num_workers"] = plan.num_workers;
  value["precision"] = to_string(plan.precision);
  value["accelerator"] = plan.device.is_cpu() ? "cpu" : "gpu";
  value["model_args"] = model_args;
  value["transform_args"] = transforms.to_value();
  Value& logger = value["logger_args"];
  logger["log_every_num_steps"] = plan.log_every;
  logger["val_every_num_steps"] = plan.validate_every;
  logger["val_log_every_num_steps"] = plan.validation_log_every;
  const SettingsSchema schema = settings_of_model(model);
  for (const char* section : {"logger_args",
                              "metric_args",
                              "loader_args",
                              "save_checkpoint_args",
                              "image_args",
                              "debug_args"})
    value[section] = with_defaults(value.at(section), schema, section);
  return value;
}

// Of the run that goes on; empty for a new one, and where the file is missing, as in folders of the
// reference.
std::optional<Value> settings_of_run(const TrainArgs& args, const RunFolder& folder) {
  if (!args.resume_interrupted || !std::filesystem::exists(folder.config())) return std::nullopt;
  return read_yaml_file(folder.config());
}

// What all processes must have in common.
std::string common_settings(const Value& resolved,
                            const DetectionDataset& train,
                            const DetectionDataset& val) {
  Value value = resolved;
  value["num_workers"] = Value();
  value["train_images"] = train.size();
  value["val_images"] = val.size();
  return to_yaml(value);
}

void log_plan(const TrainingPlan& plan, RunLog& log) {
  if (plan.world_size > 1) {
    log.info(fmt::format("{} processes train together, on {} images of each batch each.",
                         plan.world_size,
                         plan.batch_size));
  }
  if (plan.accumulation > 1) {
    log.info(fmt::format("Accumulating gradients over {} batches of {} images: {} images a step.",
                         plan.accumulation,
                         plan.whole_batch(),
                         plan.accumulation * plan.whole_batch()));
  }
  log.info(fmt::format("Logging every {} steps.", plan.log_every));
  log.info(fmt::format("Validating every {} steps.", plan.validate_every));
  log.info(fmt::format("Saving checkpoints every {} steps.",
                       plan.settings.checkpoint.save_every_num_steps));
}

void log_exchanges(const Processes& processes, RunLog& log) {
  log.info(fmt::format("Gradients are exchanged by {}.", processes.gradient_engine()));
  if (processes.engine_problem().empty()) return;
  log.warning(
      fmt::format("The GPUs exchange gradients over the memory of the machine, which is slow, "
                  "since {}; install "
                  "NCCL, or a LibTorch that brings it",
                  processes.engine_problem()));
}

TrainingPlan make_plan(const TrainArgs& args,
                       const TrainingSettings& settings,
                       const Recipe& recipe,
                       const DetectionDataset& train,
                       const ProcessPlace& place,
                       RunLog& log) {
  TrainingPlan plan;
  plan.settings = settings;
  plan.rank = place.rank;
  plan.world_size = place.world_size;
  plan.sync_batchnorm = args.sync_batchnorm;
  plan_batches(args, recipe, train.size(), plan, log);
  plan.num_workers = resolve_num_workers(args.num_workers, place.local_size);
  plan.log_every = settings.logger.log_every_num_steps.value_or(auto_log_interval(plan.steps));
  plan.validate_every =
      settings.logger.val_every_num_steps.value_or(auto_validation_interval(plan.steps));
  plan.device = training_device(args, place.local_rank, log);
  plan.precision = training_precision(args, plan.device, recipe);
  return plan;
}

// Arguments of the reference that are taken and change nothing.
void warn_of_idle_arguments(const TrainArgs& args, RunLog& log) {
  if (args.reuse_class_head) {
    log.warning(
        "reuse_class_head has no effect: a class head keeps what fits of a checkpoint's, by "
        "position; see model_args.reinit_class_head.");
  }
  const Value& compile = args.torch_compile_args;
  if (!compile.is_null() && compile != Value{{"disable", true}} &&
      compile != Value(Value::Object{}))
    log.warning("torch_compile_args has no effect: there is nothing to compile.");
}

void check_arguments(const TrainArgs& args, SettingsProblems& problems) {
  if (args.out.empty()) problems.missing_key("out");
  if (args.model.empty() && !args.resume_interrupted) problems.missing_key("model");
  if (args.steps && *args.steps < 1)
    problems.bad_value("steps", fmt::format("must be at least 1 but got {}", *args.steps));
  if (args.batch_size && *args.batch_size < 1)
    problems.bad_value("batch_size",
                       fmt::format("must be at least 1 but got {}", *args.batch_size));
  if (args.gradient_accumulation_steps && *args.gradient_accumulation_steps < 1) {
    problems.bad_value(
        "gradient_accumulation_steps",
        fmt::format("must be at least 1 but got {}", *args.gradient_accumulation_steps));
  }
  if (args.num_workers && *args.num_workers < 0)
    problems.bad_value("num_workers",
                       fmt::format("must be at least 0 but got {}", *args.num_workers));
  // The file that the run began with is no contradiction; its config.yaml names it.
  if (args.resume_interrupted && !args.checkpoint.empty() &&
      args.checkpoint != checkpoint_of_run(RunFolder(args.out))) {
    problems.bad_value("checkpoint", "cannot be combined with resume_interrupted; use one of them");
  }
  check_device_arguments(args, problems);
}

}  // namespace

TrainResult train_object_detection(const TrainArgs& args) {
  SettingsProblems problems;
  problems.suggest_from(known_settings(args.model));
  check_arguments(args, problems);
  const TrainingSettings settings = TrainingSettings::read(args, problems);
  problems.throw_if_any();
  TrainingProcesses processes(args);
  if (processes.is_first())
    RunFolder::require_usable(args.out, args.overwrite, args.resume_interrupted);
  processes.start();

  // Everything that can be wrong with settings, data and weights is found before the run folder is
  // touched.
  RunLog log = processes.is_first() ? RunLog() : RunLog::silent();
  const RunFolder folder(args.out);
  TrainingInputs inputs = read_training_inputs(args, folder);
  const auto& [data, source, recipe, build_args, train, val] = inputs;
  const bool has_weights = source.has_weights();
  TrainingPlan plan = make_plan(args, settings, *recipe, *train, processes.place(), log);
  const RunLength length = run_length(plan, train->size());
  // Contradictions between the schedule's settings and the run's length show here.
  static_cast<void>(recipe->schedule(length));
  const ResolvedTransforms transforms = resolve_run_transforms(args, inputs, length);
  const TrainingBatches batches(
      train, std::make_shared<const TrainTransform>(transforms.train), plan);
  plan.validation_log_every = settings.logger.val_log_every_num_steps.value_or(
      auto_validation_log_interval((val->size() + plan.whole_batch() - 1) / plan.whole_batch()));

  const Value resolved = resolved_settings(
      args, source.spec.model_name, plan, data, transforms, recipe->resolved_model_args(length));
  const std::optional<Value> before = settings_of_run(args, folder);
  if (processes.is_first()) {
    if (before) require_resumable(folder.config(), folder.last_checkpoint(), *before, resolved);
    folder.make();
    folder.remove_leftovers();
    log.attach_file(folder.train_log());
  }
  log.info("Args: " + to_value(args).to_json(4));
  log.info(fmt::format("Run folder: {}", folder.path().string()));
  warn_of_idle_arguments(args, log);
  for (const std::string& warning : data.warnings) log.warning(warning);
  log_data(*train, *val, log);
  for (const std::string& warning : transforms.warnings) log.warning(warning);
  for (const std::string& warning : recipe->warnings(length)) log.warning(warning);
  log.info("Resolved Args: " + resolved.to_json(4));
  if (args.resume_interrupted && !before) log.warning(uncompared_settings_warning(folder.config()));
  if (processes.is_first()) {
    write_run_config(folder, before ? continued_settings(*before, resolved) : resolved);
    write_run_system(folder, plan);
  }
  apply_float32_matmul_precision(args);

  DetectorSpec spec = source.spec;
  spec.classes = train->classes().kept();
  spec.image_size = *transforms.validation.image_size;
  spec.normalization = *transforms.validation.normalize;
  const std::shared_ptr<Detector> detector =
      make_starting_detector(args, inputs.source, spec, build_args, log);
  for (const std::string& warning : detector->warnings()) log.warning(warning);
  // Weights of a whole detector bring their own backbone.
  if (!has_weights) {
    if (const std::string loaded = recipe->load_backbone(*detector); !loaded.empty())
      log.info(loaded);
  }
  detector->to(plan.device);
  log_plan(plan, log);

  FanOutLogger metrics;
  if (processes.is_first())
    open_trackers(settings.logger, folder, resolved, args.resume_interrupted, log, metrics);
  const TensorCacheScope cache;
  const auto close_failed = [&](const Error& error) {
    log.error_to_file(error.what());
    close_after_failure(
        metrics,
        error.kind() == ErrorKind::kInterrupted ? RunOutcome::kInterrupted : RunOutcome::kFailed);
    // After a failure the disk may be full, or the folder gone.
    if (processes.is_first() && error.kind() == ErrorKind::kInterrupted) write_report(folder, log);
  };
  try {
    Processes* const joined = processes.join(common_settings(resolved, *train, *val), plan.device);
    if (joined != nullptr) log_exchanges(*joined, log);
    Validator validator({val,
                         std::make_shared<const ValidationTransform>(transforms.validation),
                         plan.whole_batch(),
                         settings.image,
                         plan.rank,
                         plan.world_size},
                        {.num_workers = plan.num_workers,
                         .loader = settings.loader,
                         .device = plan.device,
                         .metric = settings.metric,
                         .processes = joined});
    DetectionTask task(plan,
                       {.folder = folder,
                        .batches = batches,
                        .validator = validator,
                        .model = *detector,
                        .recipe = *recipe,
                        .log = log,
                        .metrics = metrics,
                        .is_first = processes.is_first()});
    Trainer trainer(
        plan,
        {.folder = folder, .task = task, .log = log, .metrics = metrics, .processes = joined});
    if (args.resume_interrupted) trainer.resume(folder.last_checkpoint());
    TrainResult result;
    if (const auto failure = failed_allocation_in([&] { result = trainer.run(); }))
      throw out_of_memory_error(*failure);
    metrics.close(RunOutcome::kFinished);
    if (processes.is_first()) write_report(folder, log);
    processes.finish();
    return result;
  } catch (const Error& error) {
    static_cast<void>(processes.behind(error));
    close_failed(error);
    throw;
  } catch (const std::exception& error) {
    const std::optional<Error> lost = processes.behind(error);
    if (!lost) throw;
    close_failed(*lost);
    throw Error(*lost);
  }
}

}  // namespace saker
