// A detector of a few numbers, for tests of what surrounds one, and a recipe for it.
#pragma once

#include <torch/nn/init.h>
#include <torch/nn/module.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/linear.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "detectors/detector.hpp"
#include "detectors/init_args.hpp"
#include "detectors/recipe.hpp"

namespace saker::test {

// loss = mean((linear(mean over pixels) - 1)^2); on request "twin" is another name of
// "linear". Passes in training are counted in norm.num_batches_tracked.
class ToyDetector final : public Detector {
 public:
  explicit ToyDetector(bool has_twin = false) : has_twin_(has_twin) {
    spec_ = {.model_name = "toy", .image_size = {4, 4}, .classes = {{0, "thing"}}};
    linear = register_module("linear", torch::nn::Linear(3, 2));
    if (has_twin) register_module("twin", linear.ptr());
    norm = register_module("norm", torch::nn::BatchNorm1d(2));
    // Small, so that gradients of a scaled loss stay below the largest float16.
    torch::manual_seed(5);
    torch::nn::init::normal_(linear->weight, 0, 0.1);
    torch::nn::init::constant_(linear->bias, 0.5);
  }

  const DetectorSpec& spec() const override { return spec_; }
  std::string model_class_path() const override { return "toy.Toy"; }
  Value init_args() const override {
    return {{"model_name", "toy"},
            {"image_size", image_size_value(spec_)},
            {"classes", classes_value(spec_)}};
  }
  std::vector<std::string> loss_names() const override { return {"loss", "loss_toy"}; }

  LossTerms training_losses(const torch::Tensor& images,
                            const Targets&,
                            const DrawKey& draws) override {
    latest_draws = draws;
    if (is_training()) norm->num_batches_tracked.add_(1);
    if (!fits(images.size(0), draws.batch)) {
      ++failures;
      if (!fails_in_backward) throw_out_of_memory();
    }
    const torch::Tensor answers = linear->forward(images.mean({2, 3}));
    answer_type = answers.scalar_type();
    if (fails_in_backward && !fits(images.size(0), draws.batch)) {
      answers.register_hook([](const torch::Tensor& gradient) {
        throw_out_of_memory();
        return gradient;
      });
    }
    const torch::Tensor loss = (answers.to(torch::kFloat) - 1).square().mean();
    return {.total = loss, .logged = {{"loss_toy", loss.detach()}}};
  }
  Validation validate(const torch::Tensor& images,
                      const Targets& targets,
                      const std::vector<ImageSize>& sizes) override {
    return {.losses = training_losses(images, targets, {}), .predictions = predict(images, sizes)};
  }
  EvaluationSpace evaluation_space() const override { return EvaluationSpace::kOriginalImage; }
  std::vector<torch::Tensor> infer(const torch::Tensor&) override { return {}; }
  std::vector<Predictions> decode(const std::vector<torch::Tensor>&,
                                  ImageSize,
                                  const std::vector<ImageSize>& sizes) const override {
    return std::vector<Predictions>(sizes.size(),
                                    {.boxes_xyxy = torch::zeros({0, 4}),
                                     .scores = torch::zeros({0}),
                                     .classes = torch::zeros({0}, torch::kLong)});
  }
  PredictionRule prediction_rule() const override { return {}; }
  std::int64_t inference_parameter_count() const override { return 12; }
  std::shared_ptr<Detector> copy() const override {
    auto other = std::make_shared<ToyDetector>(has_twin_);
    other->spec_ = spec_;
    const torch::NoGradGuard no_grad;
    other->linear->weight.copy_(linear->weight);
    other->linear->bias.copy_(linear->bias);
    other->norm->running_mean.copy_(norm->running_mean);
    return other;
  }
  void deploy() override {}

  void set_classes(const ClassNames& classes) { spec_.classes = classes; }

  torch::nn::Linear linear{nullptr};
  torch::nn::BatchNorm1d norm{nullptr};
  DrawKey latest_draws;
  torch::ScalarType answer_type = torch::kFloat;
  // Whether memory suffices for so many images of a batch; when it does not, the forward pass
  // fails, or on request the backward pass.
  std::function<bool(std::int64_t images, std::uint64_t batch)> fits =
      [](std::int64_t, std::uint64_t) { return true; };
  bool fails_in_backward = false;
  int failures = 0;

 private:
  static void throw_out_of_memory() {
    TORCH_CHECK_WITH(OutOfMemoryError, false, "CUDA out of memory. Tried to allocate 2.00 GiB");
  }

  bool has_twin_;
  DetectorSpec spec_;
};

class ConstantSchedule final : public LearningRateSchedule {
 public:
  double factor(std::int64_t) const override { return 1; }
  Value state(std::int64_t, const std::vector<double>&) const override { return Value::Object{}; }
};

class ToyRecipe final : public Recipe {
 public:
  explicit ToyRecipe(std::optional<ClipSettings> clip = std::nullopt) : clip_(clip) {}

  std::int64_t default_steps() const override { return 10; }
  std::int64_t default_batch_size() const override { return 2; }
  double learning_rate(std::int64_t) const override { return 0.1; }
  std::unique_ptr<LearningRateSchedule> schedule(const RunLength&) const override {
    return std::make_unique<ConstantSchedule>();
  }
  OptimizerSettings optimizer() const override { return SgdSettings{.momentum = 0}; }
  bool gains_from_bfloat16_on_cpu() const override { return true; }
  std::optional<EmaSettings> ema() const override {
    return EmaSettings{.momentum = 0.5, .warmup_steps = 0};
  }
  std::optional<ClipSettings> clip() const override { return clip_; }
  std::vector<ParameterGroup> parameter_groups(const Detector& detector) const override {
    const auto& toy = dynamic_cast<const ToyDetector&>(detector);
    return {{.name = "all",
             .keys = {"linear.weight", "linear.bias"},
             .parameters = {toy.linear->weight, toy.linear->bias}}};
  }
  void prepare_for_training(Detector& detector) const override { detector.train(); }
  std::string load_backbone(Detector&) const override { return {}; }
  std::vector<std::string> warnings(const RunLength&) const override { return {}; }
  Value resolved_model_args(const RunLength&) const override { return Value::Object{}; }

 private:
  std::optional<ClipSettings> clip_;
};

}  // namespace saker::test
