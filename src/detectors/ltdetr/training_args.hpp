// model_args of LTDETR: keys, defaults and bounds.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "core/settings_reader.hpp"
#include "detectors/ltdetr/loss_settings.hpp"
#include "detectors/ltdetr/ltdetr_config.hpp"
#include "saker/value.hpp"
#include "transforms/step_window.hpp"

namespace saker {

enum class SchedulerName { kLinear, kFlatCosine };

// An empty optional in OrAuto stands for "auto".
struct LtdetrTrainingArgs {
  std::optional<std::string> backbone_weights;  // a file, instead of the published weights
  std::string backbone_url;                     // accepted as in the reference, which has no use
  Value backbone_args = Value::Object{};        // over those of the backbone's name
  bool backbone_freeze = false;
  OrAuto<DecoderKind> decoder_name;
  OrAuto<std::optional<std::int64_t>> patch_size;  // none: the backbone has no patches
  bool patch_size_given = false;                   // by the user or a checkpoint
  BoxRefine box_refine = BoxRefine::kRtdetr;
  bool reinit_class_head = false;

  bool use_ema_model = true;
  double ema_momentum = 0.9999;
  std::int64_t ema_warmup_steps = 2000;

  LtdetrLossSettings loss;  // without what depends on the decoder

  double gradient_clip_val = 0.1;  // 0 or less: no clipping
  double lr = 5e-4;                // for default_batch_size images a step
  double backbone_lr_factor = 0.05;
  double weight_decay = 1e-4;
  std::array<double, 2> optimizer_betas = {0.9, 0.999};
  SchedulerName scheduler_name = SchedulerName::kFlatCosine;
  OrAuto<std::int64_t> lr_warmup_steps;
  double scheduler_start_factor = 0.01;         // linear alone
  OrAuto<std::int64_t> scheduler_flat_steps;    // flat-cosine alone
  OrAuto<std::int64_t> scheduler_no_aug_steps;  // flat-cosine alone

  // Not among the keys.
  std::int64_t default_batch_size = 32;
  std::int64_t default_steps = 266112;

  // The defaults of an architecture.
  static LtdetrTrainingArgs defaults_of(const LtdetrConfig& config);
  // The user's values over the defaults; everything wrong is added to problems. The reference's
  // second names (optimizer_lr, optimizer_weight_decay, scheduler_warmup_steps) are taken too.
  static LtdetrTrainingArgs read(const LtdetrConfig& config,
                                 const Value& model_args,
                                 SettingsProblems& problems);

  // Takes decoder_name and patch_size of a checkpoint where the user left them open.
  void adopt(const Value& stored_build_args);
  // With what "auto" stands for in the network of this name; steps may still be open.
  LtdetrTrainingArgs without_auto(const LtdetrConfig& config) const;
  // What the user or a checkpoint says of the network itself, under the names of a checkpoint's
  // arguments; see DetectorFamily::make.
  Value build_args() const;

  // With every key.
  Value to_value() const;
};

}  // namespace saker
