#include "detectors/ltdetr/training_args.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "saker/error.hpp"

namespace saker {
namespace {

// A key with a second name; both at once are a problem.
std::string_view chosen_name(SettingsReader& reader, std::string_view key, std::string_view alias) {
  const bool has_alias = reader.find(alias) != nullptr;
  if (has_alias && reader.find(key) != nullptr)
    reader.problems().bad_value(reader.path_of(alias),
                                fmt::format("is the same as {}; give one of them", key));
  return has_alias ? alias : key;
}

bool is_auto(const Value* value) { return value->is_string() && value->as_string() == "auto"; }

void read_steps(SettingsReader& reader, std::string_view key, OrAuto<std::int64_t>& target) {
  const Value* value = reader.find(key);
  if (value == nullptr) return;
  if (is_auto(value)) {
    target.reset();
    return;
  }
  std::int64_t steps = 0;
  if (reader.read(key, steps, at_least(0))) target = steps;
}

// DINOv2's schedule has no such value.
void read_warmup(SettingsReader& reader, bool may_be_auto, LtdetrTrainingArgs& args) {
  const std::string_view key = chosen_name(reader, "lr_warmup_steps", "scheduler_warmup_steps");
  const Value* value = reader.find(key);
  if (value != nullptr && is_auto(value) && !may_be_auto) {
    reader.problems().bad_value(reader.path_of(key),
                                "auto is not offered for DINOv2 backbones; give a number of steps");
    return;
  }
  read_steps(reader, key, args.lr_warmup_steps);
}

void read_patch_size(SettingsReader& reader, LtdetrTrainingArgs& args) {
  const Value* value = reader.find("patch_size");
  if (value == nullptr) return;
  if (is_auto(value)) {
    args.patch_size.reset();
    return;
  }
  std::optional<std::int64_t> size;
  if (!reader.read("patch_size", size, at_least(1))) return;
  args.patch_size = size;
  args.patch_size_given = true;
}

void read_decoder_name(SettingsReader& reader, OrAuto<DecoderKind>& target) {
  std::string word = "auto";
  if (!reader.read_choice("decoder_name", word, {"auto", "rtdetrv2", "dfine"})) return;
  target.reset();
  if (word == "rtdetrv2") target = DecoderKind::kRtdetrV2;
  if (word == "dfine") target = DecoderKind::kDfine;
}

void read_backbone_args(SettingsReader& reader, Value& target) {
  const Value* value = reader.find("backbone_args");
  if (value == nullptr || value->is_null()) return;
  if (value->is_object()) {
    target = *value;
  } else {
    reader.problems().wrong_type(reader.path_of("backbone_args"), "a map", *value);
  }
}

// Costs that the map does not name keep their defaults.
void read_matcher(SettingsReader& reader, MatcherSettings& matcher) {
  if (const Value* value = reader.find("matcher_weight_dict")) {
    SettingsReader weights(*value, reader.path_of("matcher_weight_dict"), reader.problems());
    weights.read("cost_class", matcher.cost_class, at_least(0));
    weights.read("cost_bbox", matcher.cost_bbox, at_least(0));
    weights.read("cost_giou", matcher.cost_giou, at_least(0));
    weights.finish();
  }
  reader.read("matcher_use_focal_loss", matcher.use_focal_loss);
  reader.read("matcher_alpha", matcher.alpha, between(0, 1));
  reader.read("matcher_gamma", matcher.gamma, at_least(0));
}

void read_losses(SettingsReader& reader, std::vector<std::string>& target) {
  const Value* value = reader.find("losses");
  if (value == nullptr) return;
  if (!value->is_array()) {
    reader.problems().wrong_type(reader.path_of("losses"), "a list of texts", *value);
    return;
  }
  std::vector<std::string> losses;
  for (const Value& loss : value->as_array()) {
    if (!loss.is_string()) {
      reader.problems().wrong_type(reader.path_of("losses"), "a list of texts", loss);
      return;
    }
    losses.push_back(loss.as_string());
  }
  target = std::move(losses);
}

void read_loss_weights(SettingsReader& reader, std::map<std::string, double, std::less<>>& target) {
  const Value* value = reader.find("loss_weight_dict");
  if (value == nullptr) return;
  if (!value->is_object()) {
    reader.problems().wrong_type(reader.path_of("loss_weight_dict"), "a map of numbers", *value);
    return;
  }
  std::map<std::string, double, std::less<>> weights;
  SettingsReader terms(*value, reader.path_of("loss_weight_dict"), reader.problems());
  for (const auto& [key, weight] : value->as_object())
    terms.read(key_text(key), weights[key_text(key)], at_least(0));
  target = std::move(weights);
}

std::string below_one(double number) {
  return number >= 0 && number < 1 ? "" : "must be at least 0 and less than 1";
}

std::string fraction_above_zero(double number) {
  return number > 0 && number <= 1 ? "" : "must be more than 0 and at most 1";
}

// A decoder that a checkpoint may still decide on is taken to fit.
void check_losses(const LtdetrConfig& config,
                  const LtdetrTrainingArgs& args,
                  SettingsProblems& problems) {
  DecoderConfig decoder = config.decoder;
  const std::vector<std::string>& losses = args.loss.losses;
  const bool has_local = std::find(losses.begin(), losses.end(), "local") != losses.end();
  decoder.kind =
      args.decoder_name.value_or(has_local ? DecoderKind::kDfine : config.decoder.kind);
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
  reader.read("backbone_weights", args.backbone_weights);
  reader.read("backbone_url", args.backbone_url);
  read_backbone_args(reader, args.backbone_args);
  reader.read("backbone_freeze", args.backbone_freeze);
  read_decoder_name(reader, args.decoder_name);
  read_patch_size(reader, args);
  std::string refine = "rtdetr";
  reader.read_choice("box_refine", refine, {"rtdetr", "reference"});
  args.box_refine = refine == "reference" ? BoxRefine::kReference : BoxRefine::kRtdetr;
  reader.read("reinit_class_head", args.reinit_class_head);
  reader.read("use_ema_model", args.use_ema_model);
  reader.read("ema_momentum", args.ema_momentum, between(0, 1));
  reader.read("ema_warmup_steps", args.ema_warmup_steps);
  read_matcher(reader, args.loss.matcher);
  read_losses(reader, args.loss.losses);
  read_loss_weights(reader, args.loss.loss_weights);
  reader.read("loss_alpha", args.loss.alpha, between(0, 1));
  reader.read("loss_gamma", args.loss.gamma, at_least(0));
  reader.read("gradient_clip_val", args.gradient_clip_val);
  reader.read(chosen_name(reader, "lr", "optimizer_lr"), args.lr, more_than(0));
  reader.read("backbone_lr_factor", args.backbone_lr_factor, at_least(0));
  reader.read(chosen_name(reader, "weight_decay", "optimizer_weight_decay"),
              args.weight_decay,
              at_least(0));
  reader.read("optimizer_betas", args.optimizer_betas, below_one);
  std::string scheduler = args.scheduler_name == SchedulerName::kLinear ? "linear" : "flat-cosine";
  reader.read_choice("scheduler_name", scheduler, {"linear", "flat-cosine"});
  args.scheduler_name = scheduler == "linear" ? SchedulerName::kLinear : SchedulerName::kFlatCosine;
  read_warmup(reader, config.backbone.kind != BackboneKind::kDinov2Vit, args);
  reader.read("scheduler_start_factor", args.scheduler_start_factor, fraction_above_zero);
  read_steps(reader, "scheduler_flat_steps", args.scheduler_flat_steps);
  read_steps(reader, "scheduler_no_aug_steps", args.scheduler_no_aug_steps);
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
