#include "train/trainer.hpp"

#include <fmt/format.h>
#include <torch/utils.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "core/stop_request.hpp"
#include "image/sequential_opencv.hpp"
#include "saker/error.hpp"
#include "train/auto_rules.hpp"
#include "train/gradient_norm.hpp"
#include "train/loss_values.hpp"

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
      task_(context.task),
      parallel_(context.processes, context.task.module(), plan.sync_batchnorm),
      buffers_(context.task.module()),
      saver_(context.folder, context.log, context.metrics) {
  if (context.processes != nullptr) task_.set_processes(context.processes->exchange());
}

void Trainer::resume(const std::filesystem::path& path) {
  const TrainingCheckpoint checkpoint = read_training_checkpoint(path);
  for (const std::string& warning : restore(checkpoint, task_, plan_))
    context_.log.warning(warning);
  first_step_ = checkpoint.step + 1;
  best_ = checkpoint.best;
  validation_pending_ = checkpoint.validation_pending;
  batch_parts_ = std::min(checkpoint.batch_parts, plan_.batch_size);
  saver_.set_last_saved(checkpoint.step);
}

bool Trainer::is_validation_due(std::int64_t step) const {
  return task_.validates() && ((step + 1) % plan_.validate_every == 0 || step + 1 == plan_.steps);
}

StepTimes Trainer::mean_times() const {
  if (timed_steps_ == 0) return {};
  const auto count = static_cast<double>(timed_steps_);
  const auto images = static_cast<double>(plan_.whole_batch() * plan_.accumulation);
  return {.step_seconds = step_seconds_ / count,
          .data_seconds = data_seconds_ / count,
          .images_per_second = images * count / step_seconds_};
}

std::int64_t Trainer::finished_epochs_after(std::int64_t step) const {
  return finished_epochs(step, plan_.accumulation, task_.batches_per_epoch());
}

void Trainer::run_step(std::int64_t step) {
  const Clock::time_point begin = Clock::now();
  const double waited_before = task_.waited_seconds();
  buffers_.keep();
  while (const auto failure = failed_allocation_in([&] { compute_gradients(step); }))
    split_further(step, *failure);
  parallel_.set_status(step, StepPart::kUpdating);
  parallel_.share_buffers();
  task_.before_update(step);
  update_ = task_.optimizer_step().update(step);
  task_.after_update(step);
  if (!update_.applied && task_.optimizer_step().scaler() == nullptr) stop_not_finite("a gradient");

  ++timed_steps_;
  step_seconds_ += seconds_since(begin);
  data_seconds_ += task_.waited_seconds() - waited_before;
}

void Trainer::compute_gradients(std::int64_t step) {
  WeightedMean losses_of_step;
  for (std::int64_t micro = 0; micro < plan_.accumulation; ++micro) {
    const std::int64_t number = step * plan_.accumulation + micro;
    latest_losses_ = {};
    parallel_.set_status(step, StepPart::kLoading);
    const std::int64_t images = load(number);
    parallel_.set_status(step, StepPart::kComputing);
    NamedValues values;
    for (const BatchShare& part : task_.split(batch_parts_)) {
      const bool is_last = part.first + part.count == images && micro + 1 == plan_.accumulation;
      add_share(values, train_on(number, part, is_last), part.share);
    }
    if (micro == 0 && parallel_.is_first()) task_.show_batch(step);
    losses_of_step.update(values, static_cast<double>(images));
  }
  step_losses_ = losses_of_step.values();
}

NamedValues Trainer::train_on(std::int64_t number, const BatchShare& part, bool is_last) {
  latest_draws_ = draw_key(number, part.first);
  latest_losses_ = {};  // and the graph of the part before
  if (is_last) parallel_.begin_forward();
  latest_losses_ = task_.losses(part, latest_draws_);
  const NamedValues values = loss_values(latest_losses_);
  if (!std::isfinite(values.front().second)) stop_not_finite("the loss");
  if (is_last) parallel_.prepare_backward(latest_losses_.total);
  parallel_.run_backward(
      [&] { task_.optimizer_step().backward(latest_losses_.total, part.share); });
  if (!are_gradients_fine()) stop_not_finite("a gradient");
  return values;
}

void Trainer::reset_step() {
  latest_losses_ = {};
  task_.drop_batch();
  task_.optimizer_step().clear_gradients();
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

std::int64_t Trainer::load(std::int64_t number) {
  try {
    return task_.load(number);
  } catch (const Error& error) {
    reset_step();
    stop_saved(number / plan_.accumulation - 1, false, error);
  }
}

void Trainer::report_unreadable() {
  for (UnreadableImages* images : task_.unreadable()) {
    for (const std::string& line : parallel_.gather(images->new_lines()))
      context_.log.warning(line);
  }
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

DrawKey Trainer::draw_key(std::int64_t number, std::int64_t first) const {
  return {.seed = plan_.seed,
          .batch = static_cast<std::uint64_t>(number),
          .first_image = static_cast<std::uint64_t>(plan_.rank * plan_.batch_size + first)};
}

// Looked at on request alone: it takes a pass over all gradients, and those of a scaled loss may
// overflow.
bool Trainer::are_gradients_fine() {
  OptimizerStep& steps = task_.optimizer_step();
  if (!plan_.settings.debug.capture_gradients || steps.scaler() != nullptr) return true;
  return std::isfinite(gradient_norm(steps.optimizer().groups()));
}

void Trainer::log_step(std::int64_t step) {
  step_losses_ = parallel_.mean(step_losses_);
  if (!parallel_.is_first()) return;
  const StepTimes times = mean_times();
  const std::int64_t epoch = finished_epochs_after(step);
  const double learning_rate = task_.optimizer_step().learning_rate(step + 1);
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
  for (auto& scalar : task_.step_scalars(step, times)) scalars.push_back(std::move(scalar));
  scalars.emplace_back("epoch", static_cast<double>(epoch));
  context_.metrics.log_scalars(step, scalars);
}

void Trainer::stop_not_finite(const char* what) {
  const auto batch = static_cast<std::int64_t>(latest_draws_.batch);
  task_.stop_not_finite({.what = what,
                         .step = batch / plan_.accumulation,
                         .draws = latest_draws_,
                         .losses = latest_losses_});
}

CheckpointSource Trainer::checkpoint_source(std::int64_t step, bool validation_pending) const {
  return {.task = task_,
          .plan = plan_,
          .step = step,
          .best = best_,
          .validation_pending = validation_pending,
          .batch_parts = batch_parts_};
}

void Trainer::save_last(std::int64_t step, bool validation_pending) {
  if (!parallel_.is_first() || !plan_.settings.checkpoint.save_last) return;
  parallel_.set_status(step, StepPart::kSaving);
  parallel_.require_exchanges();
  saver_.save_last(checkpoint_source(step, validation_pending));
  if (!task_.validates() && plan_.settings.checkpoint.save_best) saver_.export_last_as_best();
}

bool Trainer::is_best(const NamedValues& scalars, std::int64_t step) {
  const std::string& watched = task_.watch_metric();
  for (const auto& [name, value] : scalars) {
    if (name == watched) return best_.update(value, step, task_.watch_mode());
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
  ValidationReport report;
  try {
    report = task_.validate(step);
  } catch (const Error& error) {
    stop_saved(step, true, error);
  }
  report_unreadable();
  if (!parallel_.is_first()) return;

  NamedValues& scalars = report.scalars;
  scalars.emplace_back("profiling/val_step_time_sec", report.times.step_seconds);
  scalars.emplace_back("profiling/val_data_time_sec", report.times.data_seconds);
  scalars.emplace_back("profiling/val_throughput_img_per_sec", report.times.images_per_second);
  scalars.emplace_back("epoch", static_cast<double>(finished_epochs_after(step)));
  context_.metrics.log_scalars(step, scalars);

  if (is_best(scalars, step)) {
    if (report.details) saver_.save_best_validation(report.details());
    if (plan_.settings.checkpoint.save_best) saver_.save_best(checkpoint_source(step, false));
  }
  context_.log.info(report.table(best_));
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
  parallel_.share_model(task_.companions());
  // The rest of a step that was interrupted between its checkpoint and the end of its validation.
  if (first_step_ > 0 && validation_pending_) validate(first_step_ - 1);

  const LoaderSettings& settings = plan_.settings.loader;
  task_.start_loading({.first = first_step_ * plan_.accumulation,
                       .end = plan_.steps * plan_.accumulation,
                       .threads = static_cast<int>(plan_.num_workers),
                       .prefetch = static_cast<int>(plan_.num_workers * settings.prefetch_factor),
                       .timeout = settings.timeout});
  for (std::int64_t step = first_step_; step < plan_.steps; ++step) {
    run_step(step);
    const bool is_last = step + 1 == plan_.steps;
    const bool is_stopped = parallel_.any(stop_requested()) && !is_last;
    const bool is_logged = is_last || is_logged_step(step + 1, plan_.log_every);
    // Several processes tell of their images together, which takes an exchange.
    if (is_logged || is_stopped || plan_.world_size == 1)
      report_unreadable();
    if (is_logged) log_step(step);
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
  for (const UnreadableImages* images : task_.unreadable()) {
    std::vector<std::string> own;
    if (const std::string line = images->summary(); !line.empty())
      own.push_back(plan_.world_size == 1 ? line : fmt::format("rank {}: {}", plan_.rank, line));
    for (const std::string& line : parallel_.gather(own)) context_.log.warning(line);
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
