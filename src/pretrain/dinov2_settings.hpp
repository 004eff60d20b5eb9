// method_args, optim_args and what follows from them. The defaults are those of DINOv2's short
// recipe.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "core/settings_reader.hpp"
#include "detectors/recipe.hpp"
#include "pretrain/block_masks.hpp"
#include "saker/value.hpp"

namespace saker {

enum class CenterMethod { kSoftmax, kSinkhornKnopp };
enum class LearningRateScaling { kSquareRoot, kLinear };

// Number of optimizer steps that the schedules were made for.
inline constexpr std::int64_t kPretrainingSteps = 125000;

struct Dinov2Settings {
  // Heads.
  bool ibot_separate_head = false;
  std::int64_t hidden_dim = 2048;
  std::int64_t dino_bottleneck_dim = 256, ibot_bottleneck_dim = 256;
  std::int64_t output_dim = 65536;
  bool batch_norm = false;
  // Steps in which the rate of the last layer, of the backbone, is 0.
  std::int64_t student_freeze_last_layer_steps = 1250, student_freeze_backbone_steps = 0;

  // Losses.
  double dino_loss_weight = 1, ibot_loss_weight = 1, koleo_loss_weight = 0.1;
  CenterMethod center_method = CenterMethod::kSoftmax;
  double center_momentum = 0.9;
  double student_temp = 0.1;
  double teacher_temp_start = 0.04, teacher_temp_end = 0.07;
  std::int64_t teacher_temp_warmup_steps = 37500;
  BlockMaskSettings masks;

  // Teacher.
  double momentum_start = 0.992, momentum_end = 1;

  // Optimizer.
  double lr = 0.004;  // of optim_args, before it is scaled to the batch
  AdamWSettings adamw;
  double weight_decay = 0.04;
  std::optional<double> weight_decay_start;  // empty: weight_decay
  double weight_decay_end = 0.4;
  double min_lr = 1e-6;
  std::int64_t warmup_steps = 12500;
  double layerwise_decay = 0.9;
  double patch_embed_lr_multiplier = 0.2;
  LearningRateScaling lr_scale_method = LearningRateScaling::kSquareRoot;
  std::int64_t reference_batch_size = 1024;
  double gradient_clip_val = 3;

  // Not of the reference: warm-ups and freezes shortened to the run, which else are steps of a run
  // of kPretrainingSteps.
  bool scale_schedules = false;

  // Reads method_args and optim_args strictly; what is wrong is added to problems.
  static Dinov2Settings read(const Value& method_args,
                             const Value& optim_args,
                             SettingsProblems& problems);
  // As the two sections have them, with every default.
  Value method_args() const;
  Value optim_args() const;

  // The same with its numbers of steps times steps / kPretrainingSteps where schedules are scaled
  // and the run is shorter.
  Dinov2Settings for_run(std::int64_t steps) const;
  // For an optimizer step on so many images.
  double scaled_learning_rate(std::int64_t images) const;
  double first_weight_decay() const { return weight_decay_start.value_or(weight_decay); }
};

}  // namespace saker
