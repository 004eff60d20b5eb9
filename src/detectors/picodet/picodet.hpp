// PicoDet with two heads: one-to-many for training, one-to-one for NMS-free prediction.
//
// Source: Yu et al., "PP-PicoDet", arXiv 2111.00902; dual heads after Wang et al., "YOLOv10", arXiv
// 2405.14458.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "detectors/detector.hpp"
#include "detectors/picodet/criterion.hpp"
#include "detectors/picodet/csp_pan.hpp"
#include "detectors/picodet/decode.hpp"
#include "detectors/picodet/esnet.hpp"
#include "detectors/picodet/pico_head.hpp"
#include "detectors/picodet/picodet_config.hpp"

namespace saker {

// Arguments that a checkpoint carries besides the spec. Both thresholds act in the one-to-many
// post-processor alone.
struct PicoDetOptions {
  double score_threshold = 0.025;
  double iou_threshold = 0.6;
  std::int64_t max_detections = 100;  // an image, in validation
  bool backbone_freeze = false;

  // From a checkpoint's model_init_args; other keys are ignored. Throws Error (unsupported) for a
  // reg_max other than 7.
  static PicoDetOptions from_init_args(const Value& init_args);
};

class PicoDet final : public Detector {
 public:
  // Weights are as initialize_picodet leaves them for this seed; without one they are
  // uninitialised, to be loaded. Throws Error (usage) for an empty class list or image size.
  PicoDet(DetectorSpec spec,
          const PicoDetConfig& config,
          const PicoDetOptions& options,
          std::optional<std::uint64_t> seed);

  const DetectorSpec& spec() const override { return spec_; }
  std::string model_class_path() const override;
  Value init_args() const override;

  std::vector<std::string> loss_names() const override {
    return {"loss", "loss_vfl", "loss_giou", "loss_dfl"};
  }

  LossTerms training_losses(const torch::Tensor& images,
                            const Targets& targets,
                            const DrawKey& draws) override;
  Validation validate(const torch::Tensor& images,
                      const Targets& targets,
                      const std::vector<ImageSize>& original_sizes) override;
  EvaluationSpace evaluation_space() const override { return EvaluationSpace::kNetworkInput; }

  // Logits of the one-to-one head: those of classes level by level, then those of boxes.
  std::vector<torch::Tensor> infer(const torch::Tensor& images) override;
  // Peaks alone: locations that the peak filter suppressed would have score 0.
  std::vector<Predictions> decode(const std::vector<torch::Tensor>& outputs,
                                  ImageSize input,
                                  const std::vector<ImageSize>& original_sizes) const override;
  PredictionRule prediction_rule() const override {
    return {.normalize_before_resize = true, .threshold_inclusive = true};
  }

  std::int64_t inference_parameter_count() const override;
  std::shared_ptr<Detector> copy() const override;
  // Without the one-to-many head, batch norms folded into convolutions.
  void deploy() override;
  std::vector<std::string> class_dependent_modules() const override;

  // Backbone and neck: P3..P6.
  std::vector<torch::Tensor> features(const torch::Tensor& images);
  struct TrainingOutputs {
    HeadOutputs one_to_many, one_to_one;
  };
  // Both heads on one pass through backbone and neck.
  TrainingOutputs forward_train(const torch::Tensor& images);
  // The decoded one-to-one head; boxes in pixels of the images or of `original`.
  DecodedOutputs forward(const torch::Tensor& images, std::optional<ImageSize> original = {});

  const PicoDetConfig& config() const { return config_; }
  const PicoDetOptions& options() const { return options_; }
  Esnet& backbone() { return *backbone_; }
  void set_loss_weights(const PicoDetLossWeights& weights) { loss_weights_ = weights; }

  // A frozen backbone gets no gradients and stays in evaluation mode whatever train() says.
  void set_backbone_frozen(bool frozen);
  void train(bool on = true) override;

 private:
  void require_training_form() const;
  NormalizerReduction mean_normalizers() const;

  DetectorSpec spec_;
  PicoDetConfig config_;
  PicoDetOptions options_;
  PicoDetLossWeights loss_weights_;
  bool deployed_ = false;

  std::shared_ptr<Esnet> backbone_;
  std::shared_ptr<CspPan> neck_;
  std::shared_ptr<PicoHead> head_;  // null in the deployed form
  std::shared_ptr<PicoHead> o2o_head_;
};

}  // namespace saker
