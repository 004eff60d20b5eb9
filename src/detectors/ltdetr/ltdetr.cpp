#include "detectors/ltdetr/ltdetr.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/random_stream.hpp"
#include "detectors/copy_state.hpp"
#include "detectors/evaluation_mode.hpp"
#include "detectors/init_args.hpp"
#include "detectors/ltdetr/denoising_queries.hpp"
#include "detectors/ltdetr/ltdetr_losses.hpp"
#include "detectors/ltdetr/ltdetr_weights.hpp"
#include "detectors/ltdetr/top_k_decode.hpp"
#include "saker/error.hpp"

namespace saker {

Ltdetr::Ltdetr(DetectorSpec spec,
               const LtdetrConfig& architecture,
               LtdetrOptions options,
               std::optional<std::uint64_t> seed)
    : spec_(std::move(spec)),
      architecture_(architecture),
      config_(with_options(architecture, options)),
      options_(std::move(options)) {
  if (spec_.classes.empty())
    throw Error(ErrorKind::kUsage, "a detector needs at least one class; add it to data.names");
  require_ltdetr_size(config_, spec_.image_size);
  require_ltdetr_tokens(config_, spec_.image_size);
  if (spec_.normalization && spec_.channels() != input_channels()) {
    throw Error(ErrorKind::kUsage,
                fmt::format("image_normalize has {} values, but backbone_args.in_chans is {}; one "
                            "for every channel is needed",
                            spec_.channels(),
                            input_channels()));
  }
  loss_settings_ = loss_settings_for(config_.decoder, {});
  const auto classes = static_cast<std::int64_t>(spec_.classes.size());
  backbone_ = register_module("backbone", make_feature_extractor(config_, input_channels(), seed));
  encoder_ = register_module("encoder", std::make_shared<HybridEncoder>(config_.encoder, seed));
  decoder_ = register_module("decoder", make_decoder(config_.decoder, classes, seed));
}

std::string Ltdetr::model_class_path() const {
  return "lightly_train._task_models.ltdetr_object_detection.task_model."
         "LTDETRObjectDetection";
}

Value Ltdetr::init_args() const {
  const std::int64_t patch = config_.backbone.patch_size;
  return {{"model_name", ltdetr_name_in_files(architecture_)},
          {"classes", classes_value(spec_)},
          {"image_size", image_size_value(spec_)},
          {"patch_size", patch > 0 ? Value(patch) : Value(nullptr)},
          {"image_normalize", normalization_value(spec_)},
          {"backbone_freeze", options_.backbone_freeze},
          {"backbone_weights",
           options_.backbone_weights ? Value(*options_.backbone_weights) : Value(nullptr)},
          {"backbone_args", options_.backbone_args},
          {"decoder_name", decoder_name(config_.decoder.kind)}};
}

std::int64_t Ltdetr::input_channels() const {
  return options_.backbone.in_chans.value_or(spec_.channels());
}

std::vector<std::string> Ltdetr::warnings() const {
  std::vector<std::string> lines;
  for (const std::string& key : options_.unknown) {
    lines.push_back(fmt::format(
        "model_init_args.{} is not known here and has no effect on {}", key, spec_.model_name));
  }
  if (options_.backbone.drop_path_rate && config_.backbone.kind != BackboneKind::kDinov2Vit) {
    lines.push_back(
        fmt::format("backbone_args.drop_path_rate has no effect on {}; only DINOv2's "
                    "vision transformers drop paths",
                    config_.backbone.name));
  }
  return lines;
}

std::vector<std::string> Ltdetr::loss_names() const {
  std::vector<std::string> names = {"loss"};
  for (std::string& name : logged_loss_names(loss_settings_, /*training=*/true))
    names.push_back(std::move(name));
  return names;
}

std::vector<torch::Tensor> Ltdetr::encoded(const torch::Tensor& images) {
  return encoder_->forward(backbone_->forward(images));
}

DecoderPrediction Ltdetr::forward(const torch::Tensor& images) {
  return decoder_->forward(encoded(images));
}

LossTerms Ltdetr::training_losses(const torch::Tensor& images,
                                  const Targets& targets,
                                  const DrawKey& draws) {
  require_training_form();
  backbone_->backbone().set_training_draws(TrainingDraws{.seed = draws.seed, .pass = draws.batch});
  const std::vector<torch::Tensor> maps = encoded(images);
  if (denoising_settings_.num_denoising == 0)
    return ltdetr_losses(decoder_->forward_train(maps), targets, loss_settings_, 0, mean_counts());
  // All processes decode as many queries, those that the whole batch needs.
  Targets padded = targets;
  padded.most = largest_over_processes(processes(), targets.most_of_an_image());
  const Denoising denoising = make_denoising(padded,
                                             static_cast<std::int64_t>(spec_.classes.size()),
                                             config_.decoder.queries,
                                             denoising_settings_,
                                             draws);
  return ltdetr_losses(decoder_->forward_train(maps, denoising.queries),
                       padded,
                       loss_settings_,
                       denoising.groups,
                       mean_counts());
}

MeanOverProcesses Ltdetr::mean_counts() const {
  if (!processes()) return {};
  return [exchange = processes()](double own) { return mean_over_processes(exchange, {own})[0]; };
}

double Ltdetr::loss_weight(const Targets& targets) const {
  std::int64_t boxes = 0;
  for (const torch::Tensor& classes : targets.classes) boxes += classes.numel();
  return static_cast<double>(std::max<std::int64_t>(boxes, 1));
}

Detector::Validation Ltdetr::validate(const torch::Tensor& images,
                                      const Targets& targets,
                                      const std::vector<ImageSize>& original_sizes) {
  const EvaluationMode evaluation(*this);
  const DecoderPrediction prediction = forward(images);
  return {ltdetr_validation_losses(prediction, targets, loss_settings_, mean_counts()),
          top_k_decode(prediction, original_sizes, config_.max_detections)};
}

std::vector<torch::Tensor> Ltdetr::infer(const torch::Tensor& images) {
  const EvaluationMode evaluation(*this);
  const DecoderPrediction prediction = forward(images);
  return {prediction.logits, prediction.boxes};
}

std::vector<Predictions> Ltdetr::decode(const std::vector<torch::Tensor>& outputs,
                                        ImageSize /*input*/,
                                        const std::vector<ImageSize>& original_sizes) const {
  return top_k_decode({.logits = outputs[0], .boxes = outputs[1], .query_index = {}},
                      original_sizes,
                      config_.max_detections);
}

std::int64_t Ltdetr::inference_parameter_count() const {
  return deployed_ ? inference_parameters_
                   : ltdetr_inference_parameter_count(*this, config_.decoder);
}

std::int64_t Ltdetr::listed_parameter_count() const {
  std::int64_t count = unused_parameter_count();
  for (const torch::Tensor& parameter : parameters()) count += parameter.numel();
  return count;
}

// Two convolutions with their norms between maps of equal size.
std::int64_t Ltdetr::unused_parameter_count() const {
  const std::int64_t width = config_.encoder.width;
  return config_.encoder.rescale ? 0 : 2 * (9 * width * width + 2 * width);
}

std::shared_ptr<Detector> Ltdetr::copy() const {
  require_training_form();
  const auto result = std::make_shared<Ltdetr>(spec_, architecture_, options_, std::nullopt);
  result->loss_settings_ = loss_settings_;
  result->denoising_settings_ = denoising_settings_;
  result->set_backbone_frozen(options_.backbone_freeze);
  copy_state(*this, *result);
  return result;
}

void Ltdetr::deploy() {
  if (deployed_) return;
  inference_parameters_ = inference_parameter_count();
  eval();
  backbone_->deploy();
  encoder_->deploy();
  decoder_->deploy();
  deployed_ = true;
}

std::vector<std::string> Ltdetr::class_dependent_modules() const {
  return ltdetr_class_modules(config_.decoder);
}

StateDict Ltdetr::adapt_weights(const StateDict& weights) const {
  return adapt_ltdetr_weights(weights,
                              {.config = config_,
                               .backbone = backbone_->backbone(),
                               .backbone_prefix = "backbone." + backbone_->backbone_prefix(),
                               .own = collect_state_dict(*this),
                               .reinit_class_head = options_.reinit_class_head});
}

void Ltdetr::set_loss_settings(const LtdetrLossSettings& losses,
                               const DenoisingSettings& denoising) {
  losses.validate();
  denoising.validate();
  loss_settings_ = loss_settings_for(config_.decoder, losses);
  denoising_settings_ = denoising;
}

void Ltdetr::set_backbone_frozen(bool frozen) {
  options_.backbone_freeze = frozen;
  backbone_->set_frozen(frozen);
}

void Ltdetr::require_training_form() const {
  if (deployed_)
    throw Error(ErrorKind::kInternal,
                "the deployed form of LTDETR predicts; it neither trains nor copies");
}

}  // namespace saker
