#include "detectors/ltdetr/recipe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "detectors/ltdetr/flat_cosine_schedule.hpp"
#include "detectors/ltdetr/linear_schedule.hpp"
#include "detectors/ltdetr/ltdetr.hpp"
#include "detectors/ltdetr/parameter_groups.hpp"
#include "detectors/ltdetr/pretrained_backbone.hpp"
#include "detectors/ltdetr/training_args.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

Ltdetr& ltdetr_of(Detector& detector) {
  Ltdetr* ltdetr = dynamic_cast<Ltdetr*>(&detector);
  if (ltdetr == nullptr) throw Error(ErrorKind::kInternal, "LTDETR's recipe got another detector");
  return *ltdetr;
}

class LtdetrRecipe final : public Recipe {
 public:
  LtdetrRecipe(const LtdetrConfig& config, LtdetrTrainingArgs args)
      : config_(config), args_(std::move(args)) {}

  void adopt(const Value& stored_build_args) override { args_.adopt(stored_build_args); }
  Value build_args() const override { return args_.build_args(); }

  std::int64_t default_steps() const override { return args_.default_steps; }
  std::int64_t default_batch_size() const override { return args_.default_batch_size; }

  double learning_rate(std::int64_t effective_batch_size) const override {
    return args_.lr * std::sqrt(static_cast<double>(effective_batch_size) /
                                static_cast<double>(args_.default_batch_size));
  }

  std::unique_ptr<LearningRateSchedule> schedule(const RunLength& run) const override {
    const LtdetrTrainingArgs args = resolved(run);
    if (args.scheduler_name == SchedulerName::kLinear)
      return std::make_unique<LinearSchedule>(*args.lr_warmup_steps, args.scheduler_start_factor);
    const FlatCosineSchedule schedule = flat_cosine(args, run);
    if (schedule.has_empty_cosine() && !has_automatic_steps(run)) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("model_args: between scheduler_flat_steps {} (or the end of "
                              "lr_warmup_steps {}) and the last scheduler_no_aug_steps {} of {} "
                              "steps there is no step for the cosine; make one of them smaller or "
                              "\"auto\"",
                              *args.scheduler_flat_steps,
                              *args.lr_warmup_steps,
                              *args.scheduler_no_aug_steps,
                              run.total_steps));
    }
    return std::make_unique<FlatCosineSchedule>(schedule);
  }

  OptimizerSettings optimizer() const override {
    return AdamWSettings{.beta1 = args_.optimizer_betas[0], .beta2 = args_.optimizer_betas[1]};
  }
  // Its time goes into products of matrices.
  bool gains_from_bfloat16_on_cpu() const override { return true; }
  std::optional<EmaSettings> ema() const override {
    if (!args_.use_ema_model) return std::nullopt;
    return EmaSettings{.momentum = args_.ema_momentum,
                       .warmup_steps = static_cast<double>(args_.ema_warmup_steps)};
  }
  std::optional<ClipSettings> clip() const override {
    return ClipSettings{.max_norm = args_.gradient_clip_val};
  }
  std::vector<ParameterGroup> parameter_groups(const Detector& detector) const override {
    return ltdetr_parameter_groups(detector, args_.weight_decay, args_.backbone_lr_factor);
  }

  void prepare_for_training(Detector& detector) const override {
    Ltdetr& ltdetr = ltdetr_of(detector);
    ltdetr.set_loss_settings(loss_settings_for(ltdetr.config().decoder, args_.loss),
                             DenoisingSettings{});
    ltdetr.set_backbone_frozen(args_.backbone_freeze);
    ltdetr.train();
  }

  std::string load_backbone(Detector& detector) const override {
    return start_ltdetr_backbone(ltdetr_of(detector), args_.backbone_weights);
  }

  std::vector<std::string> warnings(const RunLength& run) const override {
    std::vector<std::string> lines;
    const LtdetrTrainingArgs args = resolved(run);
    if (args.scheduler_name == SchedulerName::kLinear) {
      if (*args.lr_warmup_steps > run.total_steps) {
        lines.push_back(fmt::format(
            "lr_warmup_steps is {}, but the run has {} steps: the full rate is never reached.",
            *args.lr_warmup_steps,
            run.total_steps));
      }
    } else if (flat_cosine(args, run).has_empty_cosine()) {
      const std::int64_t fall = std::max(*args.scheduler_flat_steps, *args.lr_warmup_steps);
      lines.push_back(fmt::format(
          "The run is too short for the cosine of its schedule: the learning rate {}.",
          fall < run.total_steps ? fmt::format("falls to its half at step {} at once", fall + 1)
                                 : "stays at its full value to the end"));
    }
    if (args.backbone_freeze && config_.adapter) {
      lines.emplace_back(
          "backbone_freeze also freezes what connects the backbone to the encoder, which starts "
          "from random weights.");
    }
    return lines;
  }

  Value resolved_model_args(const RunLength& run) const override {
    return resolved(run).to_value();
  }

 private:
  // Whether some step is left open, or all are what "auto" gives, as in the config.yaml of a run.
  bool has_automatic_steps(const RunLength& run) const {
    if (!args_.lr_warmup_steps || !args_.scheduler_flat_steps || !args_.scheduler_no_aug_steps)
      return true;
    const StepPhases phases = step_phases(run);
    return StepPhases{*args_.lr_warmup_steps,
                      *args_.scheduler_flat_steps,
                      run.total_steps - *args_.scheduler_no_aug_steps} == phases;
  }

  // Without "auto" in the steps.
  LtdetrTrainingArgs resolved(const RunLength& run) const {
    const StepPhases phases = step_phases(run);
    LtdetrTrainingArgs args = args_.without_auto(config_);
    args.lr_warmup_steps = args.lr_warmup_steps.value_or(phases.start);
    args.scheduler_flat_steps = args.scheduler_flat_steps.value_or(phases.flat);
    args.scheduler_no_aug_steps =
        args.scheduler_no_aug_steps.value_or(run.total_steps - phases.stop);
    return args;
  }

  static FlatCosineSchedule flat_cosine(const LtdetrTrainingArgs& args, const RunLength& run) {
    return FlatCosineSchedule({.total_steps = run.total_steps,
                               .warmup_steps = *args.lr_warmup_steps,
                               .flat_steps = *args.scheduler_flat_steps,
                               .no_aug_steps = *args.scheduler_no_aug_steps});
  }

  LtdetrConfig config_;
  LtdetrTrainingArgs args_;
};

}  // namespace

std::unique_ptr<Recipe> make_ltdetr_recipe(const LtdetrConfig& config,
                                           const Value& model_args,
                                           SettingsProblems& problems) {
  return std::make_unique<LtdetrRecipe>(config,
                                        LtdetrTrainingArgs::read(config, model_args, problems));
}

}  // namespace saker
