// LTDETR: a backbone, a hybrid encoder and a transformer decoder with a fixed set of queries; no
// NMS.
//
// Sources: Zhao et al., "DETRs Beat YOLOs on Real-time Object Detection" (RT-DETR), CVPR 2024; Lv
// et al., "RT-DETRv2", arXiv 2407.17140; Peng et al., "D-FINE", ICLR 2025.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "detectors/detector.hpp"
#include "detectors/ltdetr/decoder.hpp"
#include "detectors/ltdetr/feature_extractor.hpp"
#include "detectors/ltdetr/hybrid_encoder.hpp"
#include "detectors/ltdetr/loss_settings.hpp"
#include "detectors/ltdetr/ltdetr_config.hpp"
#include "detectors/ltdetr/ltdetr_losses.hpp"
#include "detectors/ltdetr/ltdetr_options.hpp"

namespace saker {

class Ltdetr final : public Detector {
 public:
  // architecture: of the spec's model name, without the options. With a seed, weights are as for
  // training from nothing; without, they are uninitialised, to be loaded. Throws Error (usage,
  // unsupported) for a spec or options that the architecture cannot take.
  Ltdetr(DetectorSpec spec,
         const LtdetrConfig& architecture,
         LtdetrOptions options,
         std::optional<std::uint64_t> seed);

  const DetectorSpec& spec() const override { return spec_; }
  std::string model_class_path() const override;
  Value init_args() const override;
  std::int64_t input_channels() const override;
  std::vector<std::string> warnings() const override;

  std::vector<std::string> loss_names() const override;

  LossTerms training_losses(const torch::Tensor& images,
                            const Targets& targets,
                            const DrawKey& draws) override;
  // The boxes, as in the criterion's divisors, which are at least 1.
  double loss_weight(const Targets& targets) const override;
  Validation validate(const torch::Tensor& images,
                      const Targets& targets,
                      const std::vector<ImageSize>& original_sizes) override;
  EvaluationSpace evaluation_space() const override { return EvaluationSpace::kOriginalImage; }

  // Logits and boxes, as forward().
  std::vector<torch::Tensor> infer(const torch::Tensor& images) override;
  std::vector<Predictions> decode(const std::vector<torch::Tensor>& outputs,
                                  ImageSize input,
                                  const std::vector<ImageSize>& original_sizes) const override;
  PredictionRule prediction_rule() const override {
    return {.normalize_before_resize = false, .threshold_inclusive = false};
  }

  // Without what serves training alone, convolution branches merged.
  std::int64_t inference_parameter_count() const override;
  // Of the form that is trained and stored.
  std::int64_t listed_parameter_count() const override;
  std::int64_t unused_parameter_count() const override;

  std::shared_ptr<Detector> copy() const override;
  void deploy() override;
  std::vector<std::string> class_dependent_modules() const override;
  StateDict adapt_weights(const StateDict& weights) const override;

  // Logits and boxes of the last decoder layer, in the module's current mode.
  DecoderPrediction forward(const torch::Tensor& images);

  const LtdetrConfig& config() const { return config_; }
  const LtdetrOptions& options() const { return options_; }
  FeatureExtractor& backbone() { return *backbone_; }
  HybridEncoder& encoder() { return *encoder_; }
  Decoder& decoder() { return *decoder_; }

  void set_loss_settings(const LtdetrLossSettings& losses, const DenoisingSettings& denoising);
  // A frozen backbone, the parts between it and the encoder included, gets no gradients and stays
  // in evaluation mode whatever train() says.
  void set_backbone_frozen(bool frozen);

 private:
  std::vector<torch::Tensor> encoded(const torch::Tensor& images);
  void require_training_form() const;
  MeanOverProcesses mean_counts() const;

  DetectorSpec spec_;
  LtdetrConfig architecture_;  // without the options
  LtdetrConfig config_;        // with them
  LtdetrOptions options_;
  LtdetrLossSettings loss_settings_;
  DenoisingSettings denoising_settings_;
  bool deployed_ = false;
  std::int64_t inference_parameters_ = 0;  // counted before it was deployed

  std::shared_ptr<FeatureExtractor> backbone_;
  std::shared_ptr<HybridEncoder> encoder_;
  std::shared_ptr<Decoder> decoder_;
};

}  // namespace saker
