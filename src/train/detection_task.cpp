#include "train/detection_task.hpp"

#include <fmt/format.h>
#include <torch/utils.h>

#include <memory>
#include <utility>

#include "detectors/init_args.hpp"
#include "saker/error.hpp"
#include "train/auto_rules.hpp"
#include "train/batch_tensors.hpp"
#include "train/best_validation.hpp"
#include "train/best_validation.hpp"
#include "train/checkpoint.hpp"
#include "train/step_capture.hpp"
#include "weights/checkpoint_file.hpp"
#include "weights/exported_model.hpp"

namespace saker {
namespace {

constexpr const char* kModelPrefix = "model.";
constexpr const char* kEmaPrefix = "ema_model.model.";
constexpr const char* kEmaUpdates = "ema_model.updates";

void add_ema(StateDict& weights, const ModelEma& ema) {
  weights.add(kEmaUpdates, torch::tensor(ema.updates(), torch::kLong));
  for (const auto& [name, tensor] : collect_state_dict(ema.model()).with_prefix(kEmaPrefix))
    weights.add(name, tensor);
}

void restore_ema(const StateDict& weights, ModelEma& ema) {
  load_state_dict(ema.model(), weights.below(kEmaPrefix));
  const torch::Tensor* updates = weights.find(kEmaUpdates);
  if (updates == nullptr)
    throw Error(ErrorKind::kCheckpoint, fmt::format("train_model lacks '{}'", kEmaUpdates));
  ema.set_updates(updates->item<std::int64_t>());
}

}  // namespace

DetectionTask::DetectionTask(const TrainingPlan& plan, const DetectionTaskParts& parts)
    : plan_(plan),
      parts_(parts),
      training_step_(parts.model, parts.recipe, step_settings()),
      examples_(parts.folder.image_examples(),
                parts.model.spec(),
                parts.model.evaluation_space(),
                parts.metrics,
                parts.log),
      watch_mode_(saker::watch_mode(plan.settings.metric.watch_metric,
                                    plan.settings.metric.coco_settings().names(),
                                    parts.model.loss_names())) {}

RunLength DetectionTask::run_length() const {
  return {.total_steps = plan_.steps,
          .batches_per_epoch = parts_.batches.per_epoch(),
          .gradient_accumulation_steps = plan_.accumulation};
}

TrainingStepSettings DetectionTask::step_settings() const {
  return {.run = run_length(),
          .images_per_step = plan_.whole_batch() * plan_.accumulation,
          .precision = plan_.precision,
          .device = plan_.device};
}

std::vector<torch::Tensor> DetectionTask::companions() {
  if (training_step_.ema() == nullptr) return {};
  const Detector& average = training_step_.ema()->model();
  std::vector<torch::Tensor> tensors = average.parameters();
  for (const torch::Tensor& buffer : average.buffers()) tensors.push_back(buffer);
  return tensors;
}

void DetectionTask::set_processes(const ProcessExchangePointer& exchange) {
  exchange_ = exchange;
  parts_.model.set_processes(exchange);
}

void DetectionTask::start_loading(const PrefetchSettings& settings) {
  loader_.emplace(parts_.batches, settings);
}

std::int64_t DetectionTask::load(std::int64_t number) {
  number_ = number;
  // Batches of a try that broke off are made once more.
  batch_ = number < loader_->next_index() ? parts_.batches(number) : loader_->next();
  images_ = take_images(batch_, plan_.device);
  targets_ = make_targets(batch_, plan_.device);
  return batch_.count();
}

std::vector<BatchShare> DetectionTask::split(std::int64_t parts) const {
  std::vector<BatchShare> shares;
  for (const BatchPart& part : split_batch(images_, targets_, parts, parts_.model))
    shares.push_back({.first = part.first, .count = part.count, .share = part.share});
  return shares;
}

LossTerms DetectionTask::losses(const BatchShare& part, const DrawKey& draws) {
  latest_ = part_of_batch(images_, targets_, part.first, part.count);
  LossTerms losses = training_step_.forward(draws, latest_.images, latest_.targets);
  warn_of_replaced_boxes(losses);
  return losses;
}

void DetectionTask::warn_of_replaced_boxes(const LossTerms& losses) {
  if (losses.boxes_finite || warned_of_boxes_) return;
  warned_of_boxes_ = true;
  parts_.log.warning(
      fmt::format("A predicted box of step {} is not finite; such boxes are replaced.",
                  number_ / plan_.accumulation + 1));
}

void DetectionTask::drop_batch() {
  batch_ = {};
  images_ = torch::Tensor();
  targets_ = {};
  latest_ = {};
}

std::vector<UnreadableImages*> DetectionTask::unreadable() {
  return {&parts_.batches.unreadable(), &parts_.validator.unreadable()};
}

void DetectionTask::after_update(std::int64_t /*step*/) { training_step_.average(); }

void DetectionTask::show_batch(std::int64_t step) {
  examples_.save_training_labels(step, images_, batch_);
}

void DetectionTask::stop_not_finite(const StepFailure& failure) {
  const std::filesystem::path file = parts_.folder.step_capture(plan_.rank);
  StepCapture capture{.reason = failure.what,
                      .step = failure.step,
                      .draws = failure.draws,
                      .precision = plan_.precision,
                      .model_args = parts_.recipe.resolved_model_args(run_length()),
                      .paths = {batch_.paths.begin() + latest_.first,
                                batch_.paths.begin() + latest_.first + latest_.count},
                      .images = latest_.images,
                      .targets = latest_.targets,
                      .terms = {{"loss", failure.losses.total.item<double>()}}};
  if (const LossScaler* scaler = optimizer_step().scaler()) capture.loss_scale = scaler->scale();
  for (const auto& [name, value] :
       failure.losses.terms.empty() ? failure.losses.logged : failure.losses.terms)
    capture.terms.emplace_back(name, value.item<double>());
  write_step_capture(file, parts_.model, capture);
  throw not_finite_error(capture, file);
}

ValidationReport DetectionTask::validate(std::int64_t step) {
  Detector& model = training_step_.ema() != nullptr ? training_step_.ema()->model() : parts_.model;
  const bool was_training = model.is_training();
  const auto outcome = std::make_shared<const Validator::Outcome>(
      parts_.validator.run(model, [&](const ValidationProgress& progress) {
        if (!parts_.is_first) return;
        examples_.save_validation(step, progress);
        if (progress.batch + 1 == progress.batches ||
            is_logged_step(progress.batch + 1, plan_.validation_log_every)) {
          parts_.log.info(format_validation_line({.step = progress.batch + 1,
                                                  .steps = progress.batches,
                                                  .loss = progress.loss,
                                                  .times = progress.times}));
        }
      }));
  if (was_training) parts_.recipe.prepare_for_training(parts_.model);
  // The validation leaves the model on its own.
  if (exchange_) parts_.model.set_processes(exchange_);
  ValidationReport report{.scalars = {}, .times = outcome->times, .table = {}};
  if (!parts_.is_first) return report;
  report.scalars = outcome->scalars();
  report.table = [outcome, watched = watch_metric()](const BestValue& best) {
    return outcome->table(watched, best);
  };
  report.details = [outcome, step] {
    return best_validation(step, outcome->evaluation, outcome->metrics, outcome->class_names);
  };
  return report;
}

StateDict DetectionTask::training_weights() const {
  StateDict weights = collect_state_dict(parts_.model).with_prefix(kModelPrefix);
  if (training_step_.ema() != nullptr) add_ema(weights, *training_step_.ema());
  return weights;
}

PickleDict DetectionTask::identity() const {
  PickleDict entries;
  entries.set("model_class_path", parts_.model.model_class_path());
  entries.set("model_init_args", make_init_args(parts_.model));
  entries.set("license_info", kWeightsLicense);
  return entries;
}

// With a moving average, that alone.
void DetectionTask::write_exported(const std::filesystem::path& path) const {
  ExportedModel exported;
  exported.model_class_path = parts_.model.model_class_path();
  exported.init_args = make_init_args(parts_.model);
  if (training_step_.ema() != nullptr) {
    add_ema(exported.train_model, *training_step_.ema());
  } else {
    exported.train_model = collect_state_dict(parts_.model).with_prefix(kModelPrefix);
  }
  write_exported_model(path, exported);
}

void DetectionTask::require_same_model(const TrainingCheckpoint& checkpoint) const {
  const DetectorSpec stored = spec_from_init_args(checkpoint.content.at("model_init_args"));
  const DetectorSpec& own = parts_.model.spec();
  if (stored.model_name != own.model_name)
    checkpoint.fail(
        fmt::format("holds the model {}, but the run has {}", stored.model_name, own.model_name));
  if (stored.classes != own.classes)
    checkpoint.fail(fmt::format("has {} classes or other names than the data set with its {}",
                                stored.classes.size(),
                                own.classes.size()));
  if (stored.image_size != own.image_size) {
    checkpoint.fail(fmt::format("has image_size {}x{}, but the run has {}x{}",
                                stored.image_size.height,
                                stored.image_size.width,
                                own.image_size.height,
                                own.image_size.width));
  }
}

void DetectionTask::restore_weights(const StateDict& weights) {
  load_state_dict(parts_.model, weights.below(kModelPrefix));
  if (training_step_.ema() != nullptr) restore_ema(weights, *training_step_.ema());
}

}  // namespace saker
