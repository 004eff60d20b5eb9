#include "train/trainer.hpp"

#include <ATen/autocast_mode.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <cmath>
#include <utility>

#include "core/stop_request.hpp"
#include "image/read_image.hpp"
#include "saker/error.hpp"
#include "train/auto_rules.hpp"
#include "train/batch_tensors.hpp"
#include "train/checkpoint.hpp"

namespace saker {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// Autocast for the network; the detector switches it off for boxes, matching and losses.
class AutocastScope {
 public:
  AutocastScope(torch::DeviceType device, Precision precision)
      : device_(device), before_(at::autocast::is_autocast_enabled(device)) {
    if (precision == Precision::kBfloat16Mixed) {
      at::autocast::set_autocast_dtype(device_, at::kBFloat16);
      at::autocast::set_autocast_enabled(device_, true);
      at::autocast::increment_nesting();
      entered_ = true;
    }
  }
  AutocastScope(const AutocastScope&) = delete;
  AutocastScope& operator=(const AutocastScope&) = delete;
  ~AutocastScope() {
    if (!entered_) return;
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
    at::autocast::set_autocast_enabled(device_, before_);
  }

 private:
  torch::DeviceType device_;
  bool before_;
  bool entered_ = false;
};

NamedValues loss_values(const LossTerms& losses, double total) {
  NamedValues values = {{"loss", total}};
  for (const auto& [name, value] : losses.logged) values.emplace_back(name, value.item<double>());
  return values;
}

[[noreturn]] void fail_not_finite(std::int64_t step,
                                  double loss,
                                  const std::vector<std::string>& paths) {
  throw Error(ErrorKind::kData,
              fmt::format("the loss of step {} is {}; lower model_args.lr, or look at the labels "
                          "of this batch:\n  {}",
                          step + 1,
                          loss,
                          fmt::join(paths, "\n  ")));
}

}  // namespace

Trainer::Trainer(const TrainingPlan& plan, const TrainingContext& context)
    : plan_(plan),
      context_(context),
      sampler_({.dataset_size = context.train_data.size(),
                .batch_size = plan.batch_size,
                .seed = plan.seed,
                .rank = plan.rank,
                .world_size = plan.world_size}),
      optimizer_(context.recipe.parameter_groups(context.model), context.recipe.sgd()),
      examples_(context.folder.image_examples(),
                context.model.spec(),
                context.model.evaluation_space(),
                context.metrics),
      watch_mode_(watch_mode(plan.settings.metric.watch_metric,
                             plan.settings.metric.coco_settings().names(),
                             context.model.loss_names())) {
  context_.recipe.prepare_for_training(context_.model);
  if (const auto ema = context_.recipe.ema()) ema_.emplace(context_.model, *ema);
  base_learning_rate_ =
      context_.recipe.learning_rate(plan_.batch_size * plan_.world_size * plan_.accumulation);
}

void Trainer::resume(const std::filesystem::path& path) {
  const TrainingCheckpoint checkpoint = read_training_checkpoint(path);
  const std::vector<std::string> warnings =
      restore(checkpoint, context_.model, ema_ ? &*ema_ : nullptr, optimizer_, plan_);
  for (const std::string& warning : warnings) context_.log.warning(warning);
  first_step_ = checkpoint.step + 1;
  best_ = checkpoint.best;
  validation_pending_ = checkpoint.validation_pending;
}

bool Trainer::is_validation_due(std::int64_t step) const {
  return (step + 1) % plan_.validate_every == 0 || step + 1 == plan_.steps;
}

ScheduledBatch Trainer::schedule_batch(std::int64_t number) const {
  SampledBatch sampled = sampler_.batch(number);
  return {.key = {.seed = plan_.seed,
                  .epoch = sampled.epoch,
                  .batch = number,
                  .step = number / plan_.accumulation},
          .indices = std::move(sampled.indices)};
}

Batch Trainer::make_batch(std::int64_t number) const {
  const ScheduledBatch batch = schedule_batch(number);
  const ReadImageArgs args = plan_.settings.image.read_image_args();
  const auto read = [&](std::int64_t index) {
    const std::string path = context_.train_data.path(index);
    return SampleInput{.image = read_image(path, args),
                       .annotations = context_.train_data.annotations(index),
                       .path = path};
  };
  return context_.train_transform.make_batch(
      batch.indices, batch.key, read, [this](std::int64_t earlier) {
        return schedule_batch(earlier);
      });
}

StepTimes Trainer::mean_times() const {
  if (timed_steps_ == 0) return {};
  const auto count = static_cast<double>(timed_steps_);
  const auto images = static_cast<double>(plan_.batch_size * plan_.world_size * plan_.accumulation);
  return {.step_seconds = step_seconds_ / count,
          .data_seconds = data_seconds_ / count,
          .images_per_second = images * count / step_seconds_};
}

LossTerms Trainer::forward(const torch::Tensor& images, const Targets& targets) {
  const AutocastScope autocast(plan_.device.type(), plan_.precision);
  return context_.model.training_losses(images, targets);
}

void Trainer::run_step(std::int64_t step, PrefetchLoader<Batch>& loader) {
  const Clock::time_point begin = Clock::now();
  const double waited_before = loader.waited_seconds();
  WeightedMean losses_of_step;
  for (std::int64_t micro = 0; micro < plan_.accumulation; ++micro) {
    Batch batch = loader.next();
    const auto count = static_cast<double>(batch.count());
    const Targets targets = make_targets(batch, plan_.device);
    const torch::Tensor images = take_images(batch, plan_.device);
    const LossTerms losses = forward(images, targets);
    const double total = losses.total.item<double>();
    if (!std::isfinite(total)) fail_not_finite(step, total, batch.paths);
    (losses.total / static_cast<double>(plan_.accumulation)).backward();
    if (micro == 0) examples_.save_training_labels(step, images, batch);
    losses_of_step.update(loss_values(losses, total), count);
  }
  step_losses_ = losses_of_step.values();

  optimizer_.step(base_learning_rate_ * context_.recipe.learning_rate_factor(step, plan_.steps));
  optimizer_.zero_gradients();
  if (ema_) ema_->update(context_.model);

  ++timed_steps_;
  step_seconds_ += seconds_since(begin);
  data_seconds_ += loader.waited_seconds() - waited_before;
}

void Trainer::log_step(std::int64_t step) {
  const StepTimes times = mean_times();
  const std::int64_t epoch =
      finished_epochs(step, plan_.accumulation, sampler_.batches_per_epoch());
  const double learning_rate =
      base_learning_rate_ * context_.recipe.learning_rate_factor(step + 1, plan_.steps);
  context_.log.info(format_train_line({.step = step + 1,
                                       .steps = plan_.steps,
                                       .epoch = epoch,
                                       .loss = step_losses_.front().second,
                                       .learning_rate = learning_rate,
                                       .gradient_norm = std::nullopt,
                                       .times = times}));
  NamedValues scalars;
  for (const auto& [name, value] : step_losses_)
    scalars.emplace_back(name == "loss" ? "train_loss" : "train_loss/" + name, value);
  scalars.emplace_back("learning_rate", learning_rate);
  scalars.emplace_back("profiling/train_step_time_sec", times.step_seconds);
  scalars.emplace_back("profiling/train_data_time_sec", times.data_seconds);
  scalars.emplace_back("profiling/train_throughput_img_per_sec", times.images_per_second);
  scalars.emplace_back("epoch", static_cast<double>(epoch));
  context_.metrics.log_scalars(step, scalars);
}

void Trainer::save_last(std::int64_t step) {
  if (!plan_.settings.checkpoint.save_last) return;
  context_.log.info(fmt::format("Saving the last checkpoint to '{}'",
                                context_.folder.last_checkpoint().string()));
  const CheckpointSource source{.model = context_.model,
                                .ema = ema_ ? &*ema_ : nullptr,
                                .optimizer = optimizer_,
                                .recipe = context_.recipe,
                                .plan = plan_,
                                .base_learning_rate = base_learning_rate_,
                                .step = step,
                                .best = best_,
                                .validation_pending = is_validation_due(step)};
  write_training_checkpoint(context_.folder.last_checkpoint(), source);
  context_.log.info(
      fmt::format("Exporting the last model to '{}'", context_.folder.exported_last().string()));
  write_exported_checkpoint(context_.folder.exported_last(), source);
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
  Detector& model = ema_ ? ema_->model() : context_.model;
  const bool was_training = model.is_training();
  const Validator::Outcome outcome =
      context_.validator.run(model, [&](const ValidationProgress& progress) {
        examples_.save_validation(step, progress);
        if (progress.batch + 1 == progress.batches ||
            is_logged_step(progress.batch + 1, plan_.validation_log_every)) {
          context_.log.info(format_validation_line({.step = progress.batch + 1,
                                                    .steps = progress.batches,
                                                    .loss = progress.loss,
                                                    .times = progress.times}));
        }
      });
  if (was_training) context_.recipe.prepare_for_training(context_.model);

  NamedValues scalars = outcome.scalars();
  const std::int64_t epoch =
      finished_epochs(step, plan_.accumulation, sampler_.batches_per_epoch());
  scalars.emplace_back("profiling/val_step_time_sec", outcome.times.step_seconds);
  scalars.emplace_back("profiling/val_data_time_sec", outcome.times.data_seconds);
  scalars.emplace_back("profiling/val_throughput_img_per_sec", outcome.times.images_per_second);
  scalars.emplace_back("epoch", static_cast<double>(epoch));
  context_.metrics.log_scalars(step, scalars);

  if (is_best(scalars, step) && plan_.settings.checkpoint.save_best) {
    const CheckpointSource source{.model = context_.model,
                                  .ema = ema_ ? &*ema_ : nullptr,
                                  .optimizer = optimizer_,
                                  .recipe = context_.recipe,
                                  .plan = plan_,
                                  .base_learning_rate = base_learning_rate_,
                                  .step = step,
                                  .best = best_,
                                  .validation_pending = false};
    context_.log.info(fmt::format("Saving the best checkpoint to '{}'",
                                  context_.folder.best_checkpoint().string()));
    write_training_checkpoint(context_.folder.best_checkpoint(), source);
    context_.log.info(
        fmt::format("Exporting the best model to '{}'", context_.folder.exported_best().string()));
    write_exported_checkpoint(context_.folder.exported_best(), source);
  }
  context_.log.info(outcome.table(plan_.settings.metric.watch_metric, best_));
  context_.metrics.flush();
}

TrainResult Trainer::run() {
  if (first_step_ > 0) {
    context_.log.info(
        fmt::format("Resuming training from step {}/{}...", first_step_, plan_.steps));
  } else {
    context_.log.info(fmt::format("Training for {} steps...", plan_.steps));
  }
  // The rest of a step that was interrupted between its checkpoint and the end of its validation.
  if (first_step_ > 0 && validation_pending_) validate(first_step_ - 1);

  const std::function<Batch(std::int64_t)> make = [this](std::int64_t number) {
    return make_batch(number);
  };
  const auto threads = static_cast<int>(plan_.num_workers);
  const auto prefetch = static_cast<int>(plan_.num_workers * plan_.settings.loader.prefetch_factor);
  PrefetchLoader<Batch> loader(
      make, first_step_ * plan_.accumulation, plan_.steps * plan_.accumulation, threads, prefetch);
  for (std::int64_t step = first_step_; step < plan_.steps; ++step) {
    run_step(step, loader);
    const bool is_last = step + 1 == plan_.steps;
    const bool is_stopped = stop_requested() && !is_last;
    if (is_last || is_logged_step(step + 1, plan_.log_every)) log_step(step);
    if (is_last || is_stopped || (step + 1) % plan_.settings.checkpoint.save_every_num_steps == 0)
      save_last(step);
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
  context_.log.info("Training completed.");
  TrainResult result{.steps = plan_.steps,
                     .best_metric = 0,
                     .best_step = 0,
                     .exported_best = {},
                     .exported_last = {}};
  result.best_metric = best_.value.value_or(0);
  result.best_step = best_.step;
  if (plan_.settings.checkpoint.save_best)
    result.exported_best = context_.folder.exported_best().string();
  if (plan_.settings.checkpoint.save_last)
    result.exported_last = context_.folder.exported_last().string();
  return result;
}

}  // namespace saker
