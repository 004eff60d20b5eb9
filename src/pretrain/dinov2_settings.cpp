#include "pretrain/dinov2_settings.hpp"

#include <fmt/format.h>

#include <cmath>
#include <string>

namespace saker {
namespace {

void read_heads(SettingsReader& reader, Dinov2Settings& settings) {
  reader.read({"ibot_separate_head", "a head of its own for masked patches"},
              settings.ibot_separate_head);
  reader.read(
      {"hidden_dim", "width of the heads' two hidden layers"}, settings.hidden_dim, at_least(1));
  reader.read(
      {"dino_bottleneck_dim", "width of the unit vectors that are compared with prototypes"},
      settings.dino_bottleneck_dim,
      at_least(1));
  reader.read({"ibot_bottleneck_dim", "the same of the separate head of masked patches"},
              settings.ibot_bottleneck_dim,
              at_least(1));
  reader.read({"output_dim", "prototypes"}, settings.output_dim, at_least(1));
  reader.read(
      {"batch_norm", "batch norm in the heads; of little use, as the teacher's is averaged"},
      settings.batch_norm);
  reader.read({"student_freeze_last_layer_steps", "first steps in which the prototypes stay"},
              settings.student_freeze_last_layer_steps,
              at_least(0));
  reader.read({"student_freeze_backbone_steps", "first steps in which the backbone stays"},
              settings.student_freeze_backbone_steps,
              at_least(0));
}

void read_losses(SettingsReader& reader, Dinov2Settings& settings) {
  reader.read({"dino_loss_weight", "factor of the losses of class tokens"},
              settings.dino_loss_weight,
              at_least(0));
  reader.read({"ibot_loss_weight", "factor of the loss of masked patches"},
              settings.ibot_loss_weight,
              at_least(0));
  reader.read({"koleo_loss_weight", "factor of the loss that spreads class tokens"},
              settings.koleo_loss_weight,
              at_least(0));
  std::string center = "softmax";
  reader.read_choice({"center_method", "how the teacher's logits are kept from collapsing"},
                     center,
                     {"softmax", "sinkhorn_knopp"});
  if (center == "sinkhorn_knopp") settings.center_method = CenterMethod::kSinkhornKnopp;
  reader.read({"center_momentum", "share that the centre keeps a step"},
              settings.center_momentum,
              between(0, 1));
  reader.read({"student_temp", "temperature of the student"}, settings.student_temp, more_than(0));
  reader.read({"teacher_temp_start", "temperature of the teacher at first"},
              settings.teacher_temp_start,
              more_than(0));
  reader.read(
      {"teacher_temp_end", "and after its warm-up"}, settings.teacher_temp_end, more_than(0));
  reader.read({"teacher_temp_warmup_steps", "steps of that warm-up"},
              settings.teacher_temp_warmup_steps,
              at_least(0));
  reader.read({"mask_probability", "share of the global views that are masked"},
              settings.masks.probability,
              between(0, 1));
  reader.read({"mask_ratio_min", "least share of masked patches of such a view"},
              settings.masks.ratio_min,
              between(0, 1));
  reader.read({"mask_ratio_max", "largest share"}, settings.masks.ratio_max, between(0, 1));
  if (settings.masks.ratio_min > settings.masks.ratio_max) {
    reader.problems().bad_value(
        reader.path_of("mask_ratio_min"),
        fmt::format(
            "is {}, above mask_ratio_max {}", settings.masks.ratio_min, settings.masks.ratio_max));
  }
}

void read_schedules(SettingsReader& reader, Dinov2Settings& settings) {
  reader.read({"momentum_start", "share that the teacher keeps a step, at first"},
              settings.momentum_start,
              between(0, 1));
  reader.read({"momentum_end", "and at last"}, settings.momentum_end, between(0, 1));
  reader.read({"min_lr", "learning rate at the end"}, settings.min_lr, at_least(0));
  reader.read({"warmup_steps", "steps in which the learning rate rises"},
              settings.warmup_steps,
              at_least(0));
  reader.read({"layerwise_decay", "factor of the learning rate from block to block, downwards"},
              settings.layerwise_decay,
              more_than(0));
  reader.read({"patch_embed_lr_multiplier", "further factor of the patch embedding's"},
              settings.patch_embed_lr_multiplier,
              at_least(0));
  std::string scaling = "sqrt";
  reader.read_choice({"lr_scale_method", "how the learning rate grows with the batch"},
                     scaling,
                     {"sqrt", "linear"});
  if (scaling == "linear") settings.lr_scale_method = LearningRateScaling::kLinear;
  reader.read({"reference_batch_size", "images a step at which the learning rate is lr"},
              settings.reference_batch_size,
              at_least(1));
  reader.read_or_auto({"weight_decay_start", "weight decay at first; auto: that of optim_args"},
                      settings.weight_decay_start,
                      at_least(0));
  reader.read({"weight_decay_end", "and at last"}, settings.weight_decay_end, at_least(0));
  reader.read({"gradient_clip_val", "largest norm of all gradients; 0: not clipped"},
              settings.gradient_clip_val,
              at_least(0));
  reader.read({"scale_schedules",
               "shorten warm-ups and freezes, which are meant for 125000 steps, to a shorter run"},
              settings.scale_schedules);
}

std::int64_t scaled(std::int64_t steps, double factor) {
  return static_cast<std::int64_t>(std::nearbyint(static_cast<double>(steps) * factor));
}

}  // namespace

Dinov2Settings Dinov2Settings::read(const Value& method_args,
                                    const Value& optim_args,
                                    SettingsProblems& problems) {
  Dinov2Settings settings;
  SettingsReader method(method_args, "method_args", problems);
  read_heads(method, settings);
  read_losses(method, settings);
  read_schedules(method, settings);
  method.finish();
  SettingsReader optim(optim_args, "optim_args", problems);
  optim.read(
      {"lr", "learning rate at reference_batch_size images a step"}, settings.lr, more_than(0));
  std::array<double, 2> betas = {settings.adamw.beta1, settings.adamw.beta2};
  optim.read({"betas", "shares that AdamW's two means keep a step"}, betas, between(0, 1));
  settings.adamw.beta1 = betas[0];
  settings.adamw.beta2 = betas[1];
  optim.read({"eps", "added to AdamW's denominator"}, settings.adamw.epsilon, more_than(0));
  optim.read({"weight_decay", "share of the weights that decays a step, times the learning rate"},
             settings.weight_decay,
             at_least(0));
  optim.finish();
  return settings;
}

Value Dinov2Settings::method_args() const {
  return {{"lr_scale_method", lr_scale_method == LearningRateScaling::kLinear ? "linear" : "sqrt"},
          {"reference_batch_size", reference_batch_size},
          {"ibot_separate_head", ibot_separate_head},
          {"hidden_dim", hidden_dim},
          {"dino_bottleneck_dim", dino_bottleneck_dim},
          {"ibot_bottleneck_dim", ibot_bottleneck_dim},
          {"output_dim", output_dim},
          {"batch_norm", batch_norm},
          {"student_freeze_last_layer_steps", student_freeze_last_layer_steps},
          {"student_freeze_backbone_steps", student_freeze_backbone_steps},
          {"dino_loss_weight", dino_loss_weight},
          {"ibot_loss_weight", ibot_loss_weight},
          {"koleo_loss_weight", koleo_loss_weight},
          {"center_method", center_method == CenterMethod::kSoftmax ? "softmax" : "sinkhorn_knopp"},
          {"center_momentum", center_momentum},
          {"momentum_start", momentum_start},
          {"momentum_end", momentum_end},
          {"student_temp", student_temp},
          {"teacher_temp_start", teacher_temp_start},
          {"teacher_temp_end", teacher_temp_end},
          {"teacher_temp_warmup_steps", teacher_temp_warmup_steps},
          {"mask_ratio_min", masks.ratio_min},
          {"mask_ratio_max", masks.ratio_max},
          {"mask_probability", masks.probability},
          {"min_lr", min_lr},
          {"warmup_steps", warmup_steps},
          {"layerwise_decay", layerwise_decay},
          {"patch_embed_lr_multiplier", patch_embed_lr_multiplier},
          {"weight_decay_start", weight_decay_start ? Value(*weight_decay_start) : Value("auto")},
          {"weight_decay_end", weight_decay_end},
          {"gradient_clip_val", gradient_clip_val},
          {"scale_schedules", scale_schedules}};
}

Value Dinov2Settings::optim_args() const {
  return {{"lr", lr},
          {"betas", Value::Array{adamw.beta1, adamw.beta2}},
          {"eps", adamw.epsilon},
          {"weight_decay", weight_decay}};
}

Dinov2Settings Dinov2Settings::for_run(std::int64_t steps) const {
  Dinov2Settings result = *this;
  if (!scale_schedules || steps >= kPretrainingSteps) return result;
  const double factor = static_cast<double>(steps) / static_cast<double>(kPretrainingSteps);
  for (std::int64_t Dinov2Settings::*const field :
       {&Dinov2Settings::student_freeze_last_layer_steps,
        &Dinov2Settings::student_freeze_backbone_steps,
        &Dinov2Settings::teacher_temp_warmup_steps,
        &Dinov2Settings::warmup_steps})
    result.*field = scaled(result.*field, factor);
  return result;
}

double Dinov2Settings::scaled_learning_rate(std::int64_t images) const {
  const double share = static_cast<double>(images) / static_cast<double>(reference_batch_size);
  return lr * (lr_scale_method == LearningRateScaling::kLinear ? share : std::sqrt(share));
}

}  // namespace saker
