#include "detectors/ltdetr/training_args.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "detectors/ltdetr/ltdetr_options.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

// DINOv2's schedule has no such value.
void read_warmup(SettingsReader& reader, bool may_be_auto, LtdetrTrainingArgs& args) {
  const SettingKey key{"lr_warmup_steps",
                       "steps in which the learning rate grows; auto: those of the first epochs, "
                       "see docs/train.md",
                       "scheduler_warmup_steps"};
  if (may_be_auto) {
    reader.read_or_auto(key, args.lr_warmup_steps, at_least(0));
    return;
  }
  std::int64_t steps = args.lr_warmup_steps.value_or(0);
  const Value* value = reader.find(key, {"integer", steps, at_least(0).words()});
  if (value == nullptr) return;
  if (*value == Value("auto")) {
    reader.problems().bad_value(reader.path_of(key),
                                "auto is not offered for DINOv2 backbones; give a number of steps");
  } else if (reader.read(key, steps, at_least(0))) {
    args.lr_warmup_steps = steps;
  }
}

void read_patch_size(SettingsReader& reader, LtdetrTrainingArgs& args) {
  const SettingKey key{"patch_size",
                       "side of a vision transformer's patches, pixels; auto: the network's; null: "
                       "none, as in a ConvNeXt"};
  if (!reader.read_or_auto(key, args.patch_size, at_least(1))) return;
  args.patch_size_given = args.patch_size.has_value();
}

void read_decoder_name(SettingsReader& reader, OrAuto<DecoderKind>& target) {
  std::string word = "auto";
  if (!reader.read_choice({"decoder_name", "auto: the checkpoint's, else the model's"},
                          word,
                          {"auto", "rtdetrv2", "dfine"}))
    return;
  target.reset();
  if (word == "rtdetrv2") target = DecoderKind::kRtdetrV2;
  if (word == "dfine") target = DecoderKind::kDfine;
}

void read_backbone_map(SettingsReader& reader, Value& target) {
  reader.read_map({"backbone_args", "over the backbone's own settings"}, target);
  static_cast<void>(
      read_backbone_args({target, reader.path_of("backbone_args"), reader.problems()}));
}

// Costs that the map does not name keep their defaults.
void read_matcher(SettingsReader& reader, MatcherSettings& matcher) {
  SettingsReader weights =
      reader.section({"matcher_weight_dict", "costs by which queries are matched to boxes"});
  weights.read({"cost_class", "weight of the class"}, matcher.cost_class, at_least(0));
  weights.read({"cost_bbox", "weight of the L1 distance"}, matcher.cost_bbox, at_least(0));
  weights.read({"cost_giou", "weight of the generalized IoU"}, matcher.cost_giou, at_least(0));
  weights.finish();
  reader.read({"matcher_use_focal_loss", "a focal cost of the class rather than its probability"},
              matcher.use_focal_loss);
  reader.read({"matcher_alpha", "balance of the focal cost"}, matcher.alpha, between(0, 1));
  reader.read({"matcher_gamma", "exponent of the focal cost"}, matcher.gamma, at_least(0));
}

void read_loss_weights(SettingsReader& reader, std::map<std::string, double, std::less<>>& target) {
  Value::Object defaults;
  for (const auto& [term, weight] : target) defaults.emplace_back(term, weight);
  const SettingKey key{"loss_weight_dict",
                       "weight of each term of the loss; replaces the whole map, and a term "
                       "without a weight is left out"};
  const Value* value = reader.find(key, {"map of numbers", defaults, at_least(0).words()});
  if (value == nullptr) return;
  if (!value->is_object()) {
    reader.problems().wrong_type(reader.path_of(key), "a map of numbers", *value);
    return;
  }
  std::map<std::string, double, std::less<>> weights;
  SettingsReader terms(*value, reader.path_of(key), reader.problems());
  for (const auto& [name, weight] : value->as_object())
    terms.read({key_text(name)}, weights[key_text(name)], at_least(0));
  target = std::move(weights);
}

const NumberRule& below_one() {
  static const NumberRule rule("in [0, 1)",
                               [](double number) { return number >= 0 && number < 1; });
  return rule;
}

const NumberRule& fraction_above_zero() {
  static const NumberRule rule("in (0, 1]",
                               [](double number) { return number > 0 && number <= 1; });
  return rule;
}

// A decoder that a checkpoint may still decide on is taken to fit.
void check_losses(const LtdetrConfig& config,
                  const LtdetrTrainingArgs& args,
                  SettingsProblems& problems) {
  DecoderConfig decoder = config.decoder;
  const std::vector<std::string>& losses = args.loss.losses;
  const bool has_local = std::find(losses.begin(), losses.end(), "local") != losses.end();
  decoder.kind = args.decoder_name.value_or(has_local ? DecoderKind::kDfine : config.decoder.kind);
  try {
    loss_settings_for(decoder, args.loss).validate();
  } catch (const Error& error) {
    problems.bad_value("model_args", error.what());
  }
}

Value steps_or_auto(const OrAuto<std::int64_t>& steps) {
  return steps ? Value(*steps) : Value("auto");
}

Value patch_size_value(const OrAuto<std::optional<std::int64_t>>& size) {
  if (!size) return "auto";
  return *size ? Value(**size) : Value(nullptr);
}

Value box_refine_value(BoxRefine refine) {
  return refine == BoxRefine::kReference ? "reference" : "rtdetr";
}

Value decoder_value(const OrAuto<DecoderKind>& decoder) {
  if (!decoder) return "auto";
  return *decoder == DecoderKind::kDfine ? "dfine" : "rtdetrv2";
}

}  // namespace

LtdetrTrainingArgs LtdetrTrainingArgs::defaults_of(const LtdetrConfig& config) {
  LtdetrTrainingArgs args;
  if (config.backbone.kind == BackboneKind::kDinov2Vit) {
    args.lr = 1e-4;
    args.backbone_lr_factor = 0.01;
    args.scheduler_name = SchedulerName::kLinear;
    args.lr_warmup_steps = 2000;
    args.patch_size = config.backbone.patch_size;
    args.default_batch_size = 16;
    args.default_steps = 450000;
  }
  // The smallest of the second generation keeps the factor of the first.
  if (config.backbone.kind == BackboneKind::kEcVit &&
      config.name.find("ltdetrv2-s") == std::string::npos)
    args.backbone_lr_factor = 0.0025;
  return args;
}

LtdetrTrainingArgs LtdetrTrainingArgs::read(const LtdetrConfig& config,
                                            const Value& model_args,
                                            SettingsProblems& problems) {
  LtdetrTrainingArgs args = defaults_of(config);
  SettingsReader reader(model_args, "model_args", problems);
  reader.read({"backbone_weights", "file with weights for the backbone; null: the published ones"},
              args.backbone_weights);
  reader.read({"backbone_url", "of the reference, where it has no effect either"},
              args.backbone_url);
  read_backbone_map(reader, args.backbone_args);
  reader.read(
      {"backbone_freeze", "keep the backbone and what connects it to the encoder as they are"},
      args.backbone_freeze);
  read_decoder_name(reader, args.decoder_name);
  read_patch_size(reader, args);
  std::string refine = "rtdetr";
  reader.read_choice(
      {"box_refine", "reference: the doubled delta of the reference in training, for comparisons"},
      refine,
      {"rtdetr", "reference"});
  args.box_refine = refine == "reference" ? BoxRefine::kReference : BoxRefine::kRtdetr;
  reader.read({"reinit_class_head",
               "start class heads afresh instead of keeping a checkpoint's rows by position"},
              args.reinit_class_head);
  reader.read({"use_ema_model", "average of the weights, which validation and exports use"},
              args.use_ema_model);
  reader.read({"ema_momentum", "share of the old average that each step keeps in the end"},
              args.ema_momentum,
              between(0, 1));
  reader.read({"ema_warmup_steps", "steps in which the momentum grows; 0 or less: at once"},
              args.ema_warmup_steps);
  read_matcher(reader, args.loss.matcher);
  reader.read({"losses",
               "of vfl, focal, boxes, and local with the D-FINE decoder, which adds it by itself"},
              args.loss.losses);
  read_loss_weights(reader, args.loss.loss_weights);
  reader.read({"loss_alpha", "balance of the varifocal loss"}, args.loss.alpha, between(0, 1));
  reader.read({"loss_gamma", "exponent of the varifocal loss"}, args.loss.gamma, at_least(0));
  reader.read(
      {"gradient_clip_val", "longest norm of all gradients together; 0 or less: no clipping"},
      args.gradient_clip_val);
  reader.read({"lr",
               "learning rate at the model's batch_size, times the square root of (images a step / "
               "that size)",
               "optimizer_lr"},
              args.lr,
              more_than(0));
  reader.read({"backbone_lr_factor", "the backbone's part of the learning rate"},
              args.backbone_lr_factor,
              at_least(0));
  reader.read({"weight_decay",
               "of weights; not of biases, norms, tokens and embeddings",
               "optimizer_weight_decay"},
              args.weight_decay,
              at_least(0));
  reader.read({"optimizer_betas", "of AdamW"}, args.optimizer_betas, below_one());
  std::string scheduler = args.scheduler_name == SchedulerName::kLinear ? "linear" : "flat-cosine";
  reader.read_choice(
      {"scheduler_name", "course of the learning rate"}, scheduler, {"linear", "flat-cosine"});
  args.scheduler_name = scheduler == "linear" ? SchedulerName::kLinear : SchedulerName::kFlatCosine;
  read_warmup(reader, config.backbone.kind != BackboneKind::kDinov2Vit, args);
  reader.read(
      {"scheduler_start_factor", "part of the learning rate at the first step; linear alone"},
      args.scheduler_start_factor,
      fraction_above_zero());
  reader.read_or_auto({"scheduler_flat_steps",
                       "step at which the cosine begins; flat-cosine alone; auto: half of the run"},
                      args.scheduler_flat_steps,
                      at_least(0));
  reader.read_or_auto({"scheduler_no_aug_steps",
                       "steps after the cosine; flat-cosine alone; auto: the last sixth of the "
                       "run, at most 12 epochs"},
                      args.scheduler_no_aug_steps,
                      at_least(0));
  reader.finish();
  check_losses(config, args, problems);
  return args;
}

void LtdetrTrainingArgs::adopt(const Value& stored_build_args) {
  const Value* decoder = stored_build_args.find("decoder_name");
  if (!decoder_name && decoder != nullptr && decoder->is_string())
    decoder_name = decoder->as_string() == "dfine" ? DecoderKind::kDfine : DecoderKind::kRtdetrV2;
  const Value* size = stored_build_args.find("patch_size");
  if (!patch_size_given && size != nullptr && size->is_int()) {
    patch_size = size->as_int();
    patch_size_given = true;
  }
}

LtdetrTrainingArgs LtdetrTrainingArgs::without_auto(const LtdetrConfig& config) const {
  LtdetrTrainingArgs args = *this;
  if (!args.decoder_name) args.decoder_name = config.decoder.kind;
  if (!args.patch_size) {
    args.patch_size = config.backbone.is_vit()
                          ? std::optional<std::int64_t>(config.backbone.patch_size)
                          : std::nullopt;
  }
  return args;
}

Value LtdetrTrainingArgs::build_args() const {
  Value args = {{"backbone_freeze", backbone_freeze},
                {"box_refine", box_refine_value(box_refine)},
                {"reinit_class_head", reinit_class_head}};
  if (patch_size_given) args["patch_size"] = patch_size_value(patch_size);
  if (decoder_name) args["decoder_name"] = decoder_value(decoder_name);
  if (backbone_weights) args["backbone_weights"] = *backbone_weights;
  if (!backbone_args.as_object().empty()) args["backbone_args"] = backbone_args;
  return args;
}

Value LtdetrTrainingArgs::to_value() const {
  Value::Object weights;
  for (const auto& [term, weight] : loss.loss_weights) weights.emplace_back(term, weight);
  Value::Array names;
  for (const std::string& name : loss.losses) names.emplace_back(name);
  return {{"backbone_weights", backbone_weights ? Value(*backbone_weights) : Value(nullptr)},
          {"backbone_url", backbone_url},
          {"backbone_args", backbone_args},
          {"backbone_freeze", backbone_freeze},
          {"decoder_name", decoder_value(decoder_name)},
          {"patch_size", patch_size_value(patch_size)},
          {"box_refine", box_refine_value(box_refine)},
          {"reinit_class_head", reinit_class_head},
          {"use_ema_model", use_ema_model},
          {"ema_momentum", ema_momentum},
          {"ema_warmup_steps", ema_warmup_steps},
          {"matcher_weight_dict",
           {{"cost_class", loss.matcher.cost_class},
            {"cost_bbox", loss.matcher.cost_bbox},
            {"cost_giou", loss.matcher.cost_giou}}},
          {"matcher_use_focal_loss", loss.matcher.use_focal_loss},
          {"matcher_alpha", loss.matcher.alpha},
          {"matcher_gamma", loss.matcher.gamma},
          {"loss_weight_dict", Value(std::move(weights))},
          {"losses", Value(std::move(names))},
          {"loss_alpha", loss.alpha},
          {"loss_gamma", loss.gamma},
          {"gradient_clip_val", gradient_clip_val},
          {"lr", lr},
          {"backbone_lr_factor", backbone_lr_factor},
          {"weight_decay", weight_decay},
          {"optimizer_betas", Value(Value::Array{optimizer_betas[0], optimizer_betas[1]})},
          {"scheduler_name", scheduler_name == SchedulerName::kLinear ? "linear" : "flat-cosine"},
          {"lr_warmup_steps", steps_or_auto(lr_warmup_steps)},
          {"scheduler_start_factor", scheduler_start_factor},
          {"scheduler_flat_steps", steps_or_auto(scheduler_flat_steps)},
          {"scheduler_no_aug_steps", steps_or_auto(scheduler_no_aug_steps)}};
}

}  // namespace saker
