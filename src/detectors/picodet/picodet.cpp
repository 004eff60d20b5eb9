#include "detectors/picodet/picodet.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/settings_reader.hpp"
#include "detectors/copy_state.hpp"
#include "detectors/evaluation_mode.hpp"
#include "detectors/init_args.hpp"
#include "detectors/picodet/initialization.hpp"
#include "detectors/picodet/postprocess.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

ImageSize size_of(const torch::Tensor& images) { return {images.size(2), images.size(3)}; }

}  // namespace

PicoDetOptions PicoDetOptions::from_init_args(const Value& init_args) {
  PicoDetOptions options;
  std::int64_t reg_max = kPicoDetRegMax;
  SettingsProblems problems;
  SettingsReader reader(init_args, "model_init_args", problems);
  reader.read({"reg_max"}, reg_max);
  reader.read({"score_threshold"}, options.score_threshold, between(0, 1));
  reader.read({"iou_threshold"}, options.iou_threshold, between(0, 1));
  reader.read({"max_detections"}, options.max_detections, at_least(1));
  reader.read({"backbone_freeze"}, options.backbone_freeze);
  problems.throw_if_any();
  if (reg_max != kPicoDetRegMax) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("model_init_args.reg_max is {}; PicoDet is offered with {} alone",
                            reg_max,
                            kPicoDetRegMax));
  }
  return options;
}

PicoDet::PicoDet(DetectorSpec spec,
                 const PicoDetConfig& config,
                 const PicoDetOptions& options,
                 std::optional<std::uint64_t> seed)
    : spec_(std::move(spec)), config_(config), options_(options) {
  if (spec_.classes.empty())
    throw Error(ErrorKind::kUsage, "a detector needs at least one class; add it to data.names");
  if (spec_.image_size.height < 1 || spec_.image_size.width < 1) {
    throw Error(ErrorKind::kUsage,
                fmt::format("image_size is {} x {}; it must be positive",
                            spec_.image_size.height,
                            spec_.image_size.width));
  }
  const auto num_classes = static_cast<std::int64_t>(spec_.classes.size());
  const auto make_head = [&] {
    return std::make_shared<PicoHead>(
        config.neck_width, config.head_width, config.head_convs, num_classes);
  };
  backbone_ = register_module("backbone", std::make_shared<Esnet>(config.backbone));
  neck_ = register_module("neck",
                          std::make_shared<CspPan>(backbone_->out_channels(), config.neck_width));
  head_ = register_module("head", make_head());
  o2o_head_ = register_module("o2o_head", make_head());
  if (seed) initialize_picodet(*this, *seed, num_classes);
}

std::string PicoDet::model_class_path() const {
  return "lightly_train._task_models.picodet_object_detection.task_model.PicoDetObjectDetection";
}

Value PicoDet::init_args() const {
  return {{"model_name", spec_.model_name},
          {"image_size", image_size_value(spec_)},
          {"num_classes", static_cast<std::int64_t>(spec_.classes.size())},
          {"classes", classes_value(spec_)},
          {"image_normalize", normalization_value(spec_)},
          {"reg_max", kPicoDetRegMax},
          {"score_threshold", options_.score_threshold},
          {"iou_threshold", options_.iou_threshold},
          {"max_detections", options_.max_detections},
          {"backbone_freeze", options_.backbone_freeze}};
}

std::vector<torch::Tensor> PicoDet::features(const torch::Tensor& images) {
  return neck_->forward(backbone_->forward(images));
}

PicoDet::TrainingOutputs PicoDet::forward_train(const torch::Tensor& images) {
  require_training_form();
  const std::vector<torch::Tensor> levels = features(images);
  return {head_->forward(levels), o2o_head_->forward(levels)};
}

DecodedOutputs PicoDet::forward(const torch::Tensor& images, std::optional<ImageSize> original) {
  return decode_one_to_one(o2o_head_->forward(features(images)), size_of(images), original);
}

LossTerms PicoDet::training_losses(const torch::Tensor& images,
                                   const Targets& targets,
                                   const DrawKey&) {
  const TrainingOutputs outputs = forward_train(images);
  return picodet_losses(outputs.one_to_many,
                        outputs.one_to_one,
                        size_of(images),
                        targets,
                        loss_weights_,
                        mean_normalizers());
}

NormalizerReduction PicoDet::mean_normalizers() const {
  if (!processes()) return {};
  return [exchange = processes()](double& positives, double& weight_sum) {
    const std::vector<double> means = mean_over_processes(exchange, {positives, weight_sum});
    const double least = 1 / static_cast<double>(exchange->processes());
    positives = std::max(means[0], least);
    weight_sum = std::max(means[1], least);
  };
}

Detector::Validation PicoDet::validate(const torch::Tensor& images,
                                       const Targets& targets,
                                       const std::vector<ImageSize>& /*original_sizes*/) {
  const EvaluationMode evaluation(*this);
  const TrainingOutputs outputs = forward_train(images);
  const ImageSize input = size_of(images);
  // Parts of a batch of a split need not be equal.
  const auto count = static_cast<double>(images.size(0));
  const double image_share = count / mean_over_processes(processes(), {count})[0];
  return {picodet_losses(outputs.one_to_many,
                         outputs.one_to_one,
                         input,
                         targets,
                         loss_weights_,
                         mean_normalizers(),
                         image_share),
          top_predictions(decode_one_to_one(outputs.one_to_one, input), options_.max_detections)};
}

std::vector<torch::Tensor> PicoDet::infer(const torch::Tensor& images) {
  const EvaluationMode evaluation(*this);
  const torch::Tensor input =
      deployed_ && images.is_cpu() ? images.contiguous(at::MemoryFormat::ChannelsLast) : images;
  HeadOutputs head = o2o_head_->forward(features(input));
  std::vector<torch::Tensor> outputs = std::move(head.cls_logits);
  outputs.insert(outputs.end(), head.box_logits.begin(), head.box_logits.end());
  return outputs;
}

std::vector<Predictions> PicoDet::decode(const std::vector<torch::Tensor>& outputs,
                                         ImageSize input,
                                         const std::vector<ImageSize>& original_sizes) const {
  const auto box_logits = outputs.begin() + kPicoDetLevels;
  const HeadOutputs head{.cls_logits = {outputs.begin(), box_logits},
                         .box_logits = {box_logits, outputs.end()}};
  std::vector<Predictions> predictions;
  for (std::size_t i = 0; i < original_sizes.size(); ++i) {
    predictions.push_back(
        peak_predictions(head, static_cast<std::int64_t>(i), input, original_sizes[i]));
  }
  return predictions;
}

std::int64_t PicoDet::inference_parameter_count() const {
  std::int64_t count = 0;
  for (const auto& item : named_parameters()) {
    if (!item.key().starts_with("head.")) count += item.value().numel();
  }
  return count;
}

std::shared_ptr<Detector> PicoDet::copy() const {
  require_training_form();
  const auto result = std::make_shared<PicoDet>(spec_, config_, options_, std::nullopt);
  result->loss_weights_ = loss_weights_;
  copy_state(*this, *result);
  return result;
}

void PicoDet::deploy() {
  if (deployed_) return;
  eval();
  backbone_->fold();
  neck_->fold();
  o2o_head_->fold();
  unregister_module("head");
  head_.reset();
  deployed_ = true;
}

std::vector<std::string> PicoDet::class_dependent_modules() const {
  std::vector<std::string> modules;
  for (const char* head : {"head", "o2o_head"}) {
    for (std::int64_t level = 0; level < kPicoDetLevels; ++level)
      modules.push_back(fmt::format("{}.gfl_cls.{}", head, level));
  }
  return modules;
}

void PicoDet::set_backbone_frozen(bool frozen) {
  options_.backbone_freeze = frozen;
  for (torch::Tensor& parameter : backbone_->parameters()) parameter.requires_grad_(!frozen);
  train(is_training());
}

void PicoDet::train(bool on) {
  torch::nn::Module::train(on);
  if (options_.backbone_freeze) backbone_->eval();
}

void PicoDet::require_training_form() const {
  if (deployed_)
    throw Error(ErrorKind::kInternal,
                "the deployed form of PicoDet predicts; it neither trains nor copies");
}

}  // namespace saker
