#include "train/trainer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "core/stop_request.hpp"
#include "image/sequential_opencv.hpp"
#include "saker/error.hpp"
#include "train/auto_rules.hpp"
#include "train/autocast_scope.hpp"
#include "train/batch_tensors.hpp"
#include "train/gradient_norm.hpp"
#include "train/loss_values.hpp"
#include "train/step_capture.hpp"

namespace saker {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

}  // namespace

Trainer::Trainer(const TrainingPlan& plan, const TrainingContext& context)
    : plan_(plan),
      context_(context),
      training_step_(context.model, context.recipe, step_settings()),
      parallel_(context.processes, context.model, plan.sync_batchnorm),
      buffers_(context.model),
      saver_(context.folder, context.log, context.metrics),
      examples_(context.folder.image_examples(),
                context.model.spec(),
                context.model.evaluation_space(),
                context.metrics,
                context.log),
      watch_mode_(watch_mode(plan.settings.metric.watch_metric,
                             plan.settings.metric.coco_settings().names(),
                             context.model.loss_names())) {}

void Trainer::resume(const std::filesystem::path& path) {
  const TrainingCheckpoint checkpoint = read_training_checkpoint(path);
  const std::vector<std::string> warnings = restore(checkpoint,
                                                    {.model = context_.model,
                                                     .ema = training_step_.ema(),
                                                     .optimizer = training_step_.optimizer(),
                                                     .scaler = training_step_.scaler()},
                                                    plan_);
  for (const std::string& warning : warnings) context_.log.warning(warning);
  first_step_ = checkpoint.step + 1;
  best_ = checkpoint.best;
  validation_pending_ = checkpoint.validation_pending;
  batch_parts_ = std::min(checkpoint.batch_parts, plan_.batch_size);
  saver_.set_last_saved(checkpoint.step);
}

TrainingStepSettings Trainer::step_settings() const {
  return {.run = run_length(),
          .images_per_step = plan_.whole_batch() * plan_.accumulation,
          .precision = plan_.precision,
          .device = plan_.device};
}

RunLength Trainer::run_length() const {
  return {.total_steps = plan_.steps,
          .batches_per_epoch = context_.batches.per_epoch(),
          .gradient_accumulation_steps = plan_.accumulation};
}

bool Trainer::is_validation_due(std::int64_t step) const {
  return (step + 1) % plan_.validate_every == 0 || step + 1 == plan_.steps;
}

StepTimes Trainer::mean_times() const {
  if (timed_steps_ == 0) return {};
  const auto count = static_cast<double>(timed_steps_);
  const auto images = static_cast<double>(plan_.whole_batch() * plan_.accumulation);
  return {.step_seconds = step_seconds_ / count,
          .data_seconds = data_seconds_ / count,
          .images_per_second = images * count / step_seconds_};
}

void Trainer::run_step(std::int64_t step, PrefetchLoader<Batch>& loader) {
  const Clock::time_point begin = Clock::now();
  const double waited_before = loader.waited_seconds();
  buffers_.keep();
  while (const auto failure = failed_allocation_in([&] { compute_gradients(step, loader); }))
    split_further(step, *failure);
  parallel_.set_status(step, StepPart::kUpdating);
  parallel_.share_buffers();
  update_ = training_step_.update(step);
  if (!update_.applied && training_step_.scaler() == nullptr) stop_not_finite("a gradient");

  ++timed_steps_;
  step_seconds_ += seconds_since(begin);
  data_seconds_ += loader.waited_seconds() - waited_before;
}

void Trainer::compute_gradients(std::int64_t step, PrefetchLoader<Batch>& loader) {
  WeightedMean losses_of_step;
  for (std::int64_t micro = 0; micro < plan_.accumulation; ++micro) {
    latest_ = {.number = step * plan_.accumulation + micro,
               .first = 0,
               .images = {},
               .targets = {},
               .paths = {},
               .losses = {}};
    parallel_.set_status(step, StepPart::kLoading);
    Batch batch = batch_of(latest_.number, loader);
    parallel_.set_status(step, StepPart::kComputing);
    const torch::Tensor images = take_images(batch, plan_.device);
    const Targets targets = make_targets(batch, plan_.device);
    NamedValues values;
    for (const BatchPart& part : split_batch(images, targets, batch_parts_, context_.model)) {
      latest_.paths.assign(batch.paths.begin() + part.first,
                           batch.paths.begin() + part.first + part.count);
      const bool is_last = part.first + part.count == batch.count();
      train_on(part, is_last && micro + 1 == plan_.accumulation);
      add_share(values, latest_.values, part.share);
    }
    if (micro == 0 && parallel_.is_first()) examples_.save_training_labels(step, images, batch);
    losses_of_step.update(values, static_cast<double>(batch.count()));
  }
  step_losses_ = losses_of_step.values();
}

void Trainer::train_on(const BatchPart& part, bool is_last) {
  latest_.first = part.first;
  latest_.images = part.images;
  latest_.targets = part.targets;
  latest_.losses = {};  // and the graph of the part before
  if (is_last) parallel_.begin_forward();
  latest_.losses =
      training_step_.forward(draw_key(latest_.number, part.first), part.images, part.targets);
  latest_.values = loss_values(latest_.losses);
  if (!std::isfinite(latest_.values.front().second)) stop_not_finite("the loss");
  warn_of_replaced_boxes(latest_.number / plan_.accumulation);
  if (is_last) parallel_.prepare_backward(latest_.losses.total);
  parallel_.run_backward([&] { training_step_.backward(latest_.losses, part.share); });
  if (!are_gradients_fine()) stop_not_finite("a gradient");
}

void Trainer::reset_step() {
  latest_ = {};
  training_step_.clear_gradients();
  buffers_.put_back();
}

void Trainer::split_further(std::int64_t step, const std::string& failure) {
  reset_step();
  OversizedStep oversized{.step = step,
                          .batch_size = plan_.batch_size,
                          .accumulation = plan_.accumulation,
                          .parts = batch_parts_,
                          .world_size = plan_.world_size};
  batch_parts_ = oversized.parts = more_parts(oversized, failure);
  context_.log.warning(out_of_memory_warning(oversized, failure));
}

Batch Trainer::batch_of(std::int64_t number, PrefetchLoader<Batch>& loader) {
  try {
    // Batches of a try that broke off are made once more.
    return number < loader.next_index() ? context_.batches(number) : loader.next();
  } catch (const Error& error) {
    reset_step();
    stop_saved(number / plan_.accumulation - 1, false, error);
  }
}

void Trainer::report_unreadable(UnreadableImages& images) {
  for (const std::string& line : images.new_lines()) context_.log.warning(line);
}

void Trainer::stop_saved(std::int64_t step, bool validation_pending, const Error& error) {
  std::string message = error.what();
  if (dynamic_cast<const UnreadableImageError*>(&error) != nullptr)
    message += "; mend the file, or set image_args.unreadable=replace to go on without such images";
  if (step >= 0 && plan_.settings.checkpoint.save_last && parallel_.is_first()) {
    try {
      if (saver_.last_saved() != step) save_last(step, validation_pending);
    } catch (const Error& second) {
      throw Error(
          error.kind(),
          fmt::format("{}; the steps before it could not be saved: {}", message, second.what()));
    }
    message += fmt::format("; step {} is saved, and resume_interrupted goes on from it", step + 1);
  }
  throw Error(error.kind(), message);
}

void Trainer::warn_of_replaced_boxes(std::int64_t step) {
  if (latest_.losses.boxes_finite || warned_of_boxes_) return;
  warned_of_boxes_ = true;
  context_.log.warning(
      fmt::format("A predicted box of step {} is not finite; such boxes are replaced.", step + 1));
}

DrawKey Trainer::draw_key(std::int64_t number, std::int64_t first) const {
  return {.seed = plan_.seed,
          .batch = static_cast<std::uint64_t>(number),
          .first_image = static_cast<std::uint64_t>(plan_.rank * plan_.batch_size + first)};
}

// Looked at on request alone: it takes a pass over all gradients, and those of a scaled loss may
// overflow.
bool Trainer::are_gradients_fine() const {
  if (!plan_.settings.debug.capture_gradients || training_step_.scaler() != nullptr) return true;
  return std::isfinite(gradient_norm(training_step_.optimizer().groups()));
}

void Trainer::stop_not_finite(const char* what) const {
  const std::int64_t step = latest_.number / plan_.accumulation;
  const std::filesystem::path file = context_.folder.step_capture(plan_.rank);
  StepCapture capture{.reason = what,
                      .step = step,
                      .draws = draw_key(latest_.number, latest_.first),
                      .precision = plan_.precision,
                      .model_args = context_.recipe.resolved_model_args(run_length()),
                      .paths = latest_.paths,
                      .images = latest_.images,
                      .targets = latest_.targets,
                      .terms = {{"loss", latest_.losses.total.item<double>()}}};
  if (training_step_.scaler() != nullptr) capture.loss_scale = training_step_.scaler()->scale();
  for (const auto& [name, value] :
       latest_.losses.terms.empty() ? latest_.losses.logged : latest_.losses.terms)
    capture.terms.emplace_back(name, value.item<double>());
  write_step_capture(file, context_.model, capture);
  throw not_finite_error(capture, file);
}

void Trainer::log_step(std::int64_t step) {
  step_losses_ = parallel_.mean(step_losses_);
  if (!parallel_.is_first()) return;
  const StepTimes times = mean_times();
  const std::int64_t epoch =
      finished_epochs(step, plan_.accumulation, context_.batches.per_epoch());
  const double learning_rate = training_step_.learning_rate(step + 1);
  context_.log.info(format_train_line({.step = step + 1,
                                       .steps = plan_.steps,
                                       .epoch = epoch,
                                       .loss = step_losses_.front().second,
                                       .learning_rate = learning_rate,
                                       .gradient_norm = update_.gradient_norm,
                                       .times = times}));
  NamedValues scalars;
  for (const auto& [name, value] : step_losses_)
    scalars.emplace_back(name == "loss" ? "train_loss" : "train_loss/" + name, value);
  scalars.emplace_back("learning_rate", learning_rate);
  if (update_.gradient_norm && update_.applied)
    scalars.emplace_back("gradient_norm", *update_.gradient_norm);
  scalars.emplace_back("profiling/train_step_time_sec", times.step_seconds);
  scalars.emplace_back("profiling/train_data_time_sec", times.data_seconds);
  scalars.emplace_back("profiling/train_throughput_img_per_sec", times.images_per_second);
  scalars.emplace_back("epoch", static_cast<double>(epoch));
  context_.metrics.log_scalars(step, scalars);
}

CheckpointSource Trainer::checkpoint_source(std::int64_t step, bool validation_pending) const {
  return {.model = context_.model,
          .ema = training_step_.ema(),
          .optimizer = training_step_.optimizer(),
          .schedule = training_step_.schedule(),
          .scaler = training_step_.scaler(),
          .plan = plan_,
          .base_learning_rate = training_step_.base_learning_rate(),
          .step = step,
          .best = best_,
          .validation_pending = validation_pending,
          .batch_parts = batch_parts_};
}

void Trainer::save_last(std::int64_t step, bool validation_pending) {
  if (!parallel_.is_first() || !plan_.settings.checkpoint.save_last) return;
  parallel_.set_status(step, StepPart::kSaving);
  saver_.save_last(checkpoint_source(step, validation_pending));
}

bool Trainer::is_best(const NamedValues& scalars, std::int64_t step) {
  const std::string& watched = plan_.settings.metric.watch_metric;
  for (const auto& [name, value] : scalars) {
    if (name == watched) return best_.update(value, step, watch_mode_);
  }
  // A class without boxes in this split has no tag; then the latest weights are the best known
  // ones.
  context_.log.warning(fmt::format(
      "'{}' was not computed in this validation; the latest weights are kept as the best ones",
      watched));
  return true;
}

void Trainer::validate(std::int64_t step) {
  context_.log.info("Validating...");
  parallel_.set_status(step, StepPart::kValidating);
  Detector& model =
      training_step_.ema() != nullptr ? training_step_.ema()->model() : context_.model;
  const bool was_training = model.is_training();
  Validator::Outcome outcome;
  try {
    outcome = context_.validator.run(model, [&](const ValidationProgress& progress) {
      if (!parallel_.is_first()) return;
      examples_.save_validation(step, progress);
      if (progress.batch + 1 == progress.batches ||
          is_logged_step(progress.batch + 1, plan_.validation_log_every)) {
        context_.log.info(format_validation_line({.step = progress.batch + 1,
                                                  .steps = progress.batches,
                                                  .loss = progress.loss,
                                                  .times = progress.times}));
      }
    });
  } catch (const Error& error) {
    stop_saved(step, true, error);
  }
  report_unreadable(context_.validator.unreadable());
  if (was_training) context_.recipe.prepare_for_training(context_.model);
  parallel_.resume_training();
  if (!parallel_.is_first()) return;

  NamedValues scalars = outcome.scalars();
  const std::int64_t epoch =
      finished_epochs(step, plan_.accumulation, context_.batches.per_epoch());
  scalars.emplace_back("profiling/val_step_time_sec", outcome.times.step_seconds);
  scalars.emplace_back("profiling/val_data_time_sec", outcome.times.data_seconds);
  scalars.emplace_back("profiling/val_throughput_img_per_sec", outcome.times.images_per_second);
  scalars.emplace_back("epoch", static_cast<double>(epoch));
  context_.metrics.log_scalars(step, scalars);

  if (is_best(scalars, step) && plan_.settings.checkpoint.save_best)
    saver_.save_best(checkpoint_source(step, false));
  context_.log.info(outcome.table(plan_.settings.metric.watch_metric, best_));
  context_.metrics.flush();
}

TrainResult Trainer::run() {
  const SequentialOpencv sequential_opencv;
  if (first_step_ > 0) {
    context_.log.info(
        fmt::format("Resuming training from step {}/{}...", first_step_, plan_.steps));
  } else {
    context_.log.info(fmt::format("Training for {} steps...", plan_.steps));
  }
  parallel_.share_model(training_step_.ema());
  // The rest of a step that was interrupted between its checkpoint and the end of its validation.
  if (first_step_ > 0 && validation_pending_) validate(first_step_ - 1);

  const LoaderSettings& settings = plan_.settings.loader;
  PrefetchLoader<Batch> loader(
      context_.batches,
      {.first = first_step_ * plan_.accumulation,
       .end = plan_.steps * plan_.accumulation,
       .threads = static_cast<int>(plan_.num_workers),
       .prefetch = static_cast<int>(plan_.num_workers * settings.prefetch_factor),
       .timeout = settings.timeout});
  for (std::int64_t step = first_step_; step < plan_.steps; ++step) {
    run_step(step, loader);
    report_unreadable(context_.batches.unreadable());
    const bool is_last = step + 1 == plan_.steps;
    const bool is_stopped = parallel_.any(stop_requested()) && !is_last;
    if (is_last || is_logged_step(step + 1, plan_.log_every)) log_step(step);
    if (is_last || is_stopped || (step + 1) % plan_.settings.checkpoint.save_every_num_steps == 0)
      save_last(step, is_validation_due(step));
    if (is_stopped) {
      clear_stop_request();
      context_.metrics.flush();
      throw Error(ErrorKind::kInterrupted,
                  fmt::format("stopped after step {}/{}; go on with resume_interrupted "
                              "(--resume-interrupted) and the same out",
                              step + 1,
                              plan_.steps));
    }
    if (is_validation_due(step)) validate(step);
  }
  for (const UnreadableImages* images :
       {&context_.batches.unreadable(), &context_.validator.unreadable()}) {
    if (const std::string line = images->summary(); !line.empty()) context_.log.warning(line);
  }
  context_.log.info("Training completed.");
  TrainResult result;
  result.steps = plan_.steps;
  result.best_metric = best_.value.value_or(0);
  result.best_step = best_.step;
  if (plan_.settings.checkpoint.save_best)
    result.exported_best = context_.folder.exported_best().string();
  if (plan_.settings.checkpoint.save_last)
    result.exported_last = context_.folder.exported_last().string();
  return result;
}

}  // namespace saker
