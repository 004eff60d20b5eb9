// The first optimizer steps of the reference on real models, from forward pass to averaged weights.
#include <gtest/gtest.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "detectors/ltdetr/denoising_queries.hpp"
#include "detectors/ltdetr/golden_detector.hpp"
#include "detectors/ltdetr/loss_settings.hpp"
#include "detectors/ltdetr/ltdetr_losses.hpp"
#include "detectors/ltdetr/recipe.hpp"
#include "detectors/ltdetr/training_cases.hpp"
#include "tensors/fill_module.hpp"
#include "tensors/golden_tensors.hpp"
#include "tensors/thread_count.hpp"
#include "train/training_step.hpp"

namespace saker {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kTotalSteps = 5;

// Of step 0, of steps 1 to 3, and of the last, where rounding has grown a hundredfold.
struct StepTolerance {
  double total, gradient_norm;
};

StepTolerance tolerance_of(std::int64_t step) {
  if (step == 0) return {2e-5, 1e-4};
  return step < kTotalSteps - 1 ? StepTolerance{1e-4, 2e-3} : StepTolerance{1e-3, 2e-2};
}

class Trajectory {
 public:
  explicit Trajectory(const std::string& tag, const Json& golden)
      : tag_(tag),
        golden_(golden),
        classes_(golden.at("classes")),
        side_(golden.at("image_size")),
        names_(golden.at("parameters")),
        model_(test::golden_ltdetr(name_of(golden), classes_, {side_, side_}, reference_boxes())) {
    keep_distances();
    SettingsProblems problems;
    Value args = {{"box_refine", "reference"}};
    for (const auto& [key, value] : golden.at("overrides").items()) {
      args[key] =
          value.is_string() ? Value(value.get<std::string>()) : Value(value.get<std::int64_t>());
    }
    recipe_ = make_ltdetr_recipe(model_->config(), args, problems);
    problems.throw_if_any();
    for (const auto& item : model_->named_parameters())
      start_[item.key()] = item.value().detach().clone();
    step_.emplace(*model_,
                  *recipe_,
                  TrainingStepSettings{.run = {.total_steps = kTotalSteps},
                                       .images_per_step = golden.at("batch")});
  }

  void expect_step(const Json& row, const test::GoldenTensors& tensors) {
    const std::int64_t step = row.at("step");
    SCOPED_TRACE("step " + std::to_string(step));
    const auto [total_tolerance, norm_tolerance] = tolerance_of(step);
    expect_rates(row.at("lr"), step);

    const LossTerms losses = losses_of(step);
    const double total = row.at("total");
    EXPECT_NEAR(losses.total.item<double>(), total, total_tolerance * total);
    expect_terms(losses, row.at("losses"), total_tolerance * total);

    step_->backward(losses);
    const std::string prefix = "step" + std::to_string(step);
    if (step < kTotalSteps - 1)
      expect_gradients(tensors.full(prefix + ".grad_l2"), prefix + " gradient");
    const StepUpdate update = step_->update(step);
    ASSERT_TRUE(update.applied);
    const double norm = row.at("grad_norm");
    EXPECT_NEAR(*update.gradient_norm, norm, norm_tolerance * norm);

    expect_deltas(*model_,
                  tensors.full(prefix + ".param_delta_l2"),
                  row.at("total_param_delta_l2"),
                  "weight");
    expect_deltas(step_->ema()->model(),
                  tensors.full(prefix + ".ema_delta_l2"),
                  row.at("total_ema_delta_l2"),
                  "average");
    EXPECT_EQ(step_->ema()->updates(), row.at("ema_updates").get<std::int64_t>());
  }

  void expect_statistics() {
    const auto buffers = model_->named_buffers();
    std::size_t compared = 0;
    for (const auto& [key, expected] : golden_.at("bn_buffers_sum_l2").items()) {
      const torch::Tensor* buffer = buffers.find(key);
      ASSERT_NE(buffer, nullptr) << key;
      ++compared;
      if (expected.is_number()) {
        EXPECT_EQ(buffer->item<std::int64_t>(), expected.get<std::int64_t>()) << key;
        continue;
      }
      const torch::Tensor values = buffer->to(torch::kDouble);
      const double length = expected.at(1);
      EXPECT_NEAR(values.norm().item<double>(), length, 1e-3 * length) << key;
      // A sum's error is bounded by the norm and the number of entries.
      EXPECT_NEAR(values.sum().item<double>(),
                  expected.at(0).get<double>(),
                  1e-3 * length * std::sqrt(static_cast<double>(values.numel())))
          << key;
    }
    EXPECT_GT(compared, 0U);
  }

  void expect_validation() {
    const Json& expected = golden_.contains("val_losses_ema_each_tensor_once")
                               ? golden_.at("val_losses_ema_each_tensor_once")
                               : golden_.at("val_losses_ema");
    const auto result = step_->ema()->model().validate(
        images_of("traj." + tag_ + ".val.images"),
        test::golden_targets("traj." + tag_ + ".val.target", {2, 3}, classes_),
        {{side_, side_}, {side_, side_}});
    double total = 0;
    for (const auto& [name, value] : expected.items()) total += value.get<double>();
    EXPECT_NEAR(result.losses.total.item<double>(), total, 1e-3 * total);
    expect_terms(result.losses, expected, 1e-3 * total);
  }

 private:
  // The files name D-FINE models with a leading underscore.
  static std::string name_of(const Json& golden) {
    const std::string name = golden.at("model");
    return name.starts_with("_") ? name.substr(1) : name;
  }

  static LtdetrOptions reference_boxes() {
    LtdetrOptions options;
    options.box_refine = BoxRefine::kReference;
    return options;
  }

  // The fill rule leaves out the two constants of D-FINE's bins.
  void keep_distances() {
    const DecoderConfig& decoder = model_->config().decoder;
    if (decoder.kind != DecoderKind::kDfine) return;
    const torch::NoGradGuard no_grad;
    const DfineDistances constants{.reg_max = decoder.reg_max, .reg_scale = decoder.reg_scale};
    model_->named_parameters()["decoder.up"].fill_(constants.up);
    model_->named_parameters()["decoder.reg_scale"].fill_(constants.reg_scale);
  }

  torch::Tensor images_of(const std::string& name) const {
    return test::uniform_tensor(name, {2, 3, side_, side_});
  }

  // As training_losses(), with the draws of the golden files and without random positions.
  LossTerms losses_of(std::int64_t step) {
    const auto index = static_cast<std::size_t>(step);
    const std::string number = std::to_string(step);
    const auto counts = golden_.at("target_counts").at(index).get<std::vector<std::int64_t>>();
    const std::int64_t salt = golden_.at("image_salts").at(index);
    const torch::Tensor images =
        images_of("traj." + tag_ + ".images." + number + "." + std::to_string(salt));
    const Targets targets =
        test::golden_targets("traj." + tag_ + ".target." + number, counts, classes_);
    const DenoisingSettings denoising;
    const std::int64_t most = *std::max_element(counts.begin(), counts.end());
    const std::int64_t groups = denoising_groups(most, denoising.num_denoising);
    const Denoising noised =
        make_denoising(targets,
                       classes_,
                       model_->config().decoder.queries,
                       denoising,
                       test::golden_draws("traj." + tag_ + ".dn." + number,
                                          static_cast<std::int64_t>(counts.size()),
                                          2 * most * groups,
                                          classes_));
    const auto maps = model_->encoder().forward(model_->backbone().forward(images));
    return ltdetr_losses(model_->decoder().forward_train(maps, noised.queries),
                         targets,
                         loss_settings_for(model_->config().decoder, {}),
                         noised.groups);
  }

  void expect_rates(const Json& expected, std::int64_t step) const {
    const std::vector<ParameterGroup>& groups = step_->optimizer_step().optimizer().groups();
    ASSERT_EQ(expected.size(), groups.size());
    for (std::size_t i = 0; i < groups.size(); ++i) {
      EXPECT_EQ(groups[i].name, expected.at(i).at(0));
      const double rate = expected.at(i).at(1);
      EXPECT_NEAR(
          step_->optimizer_step().learning_rate(step) * groups[i].lr_factor, rate, 1e-9 * rate);
    }
  }

  static void expect_terms(const LossTerms& losses, const Json& expected, double tolerance) {
    std::map<std::string, double> found;
    for (const auto& [name, value] : losses.terms) found[name] += value.item<double>();
    for (const auto& [name, value] : found) EXPECT_TRUE(expected.contains(name)) << name;
    for (const auto& [name, value] : expected.items()) {
      const double number = value;
      // The last layer's distance to itself, which the reference computes.
      if (number == 0 && name.starts_with("loss_ddf")) continue;
      ASSERT_TRUE(found.contains(name)) << name;
      EXPECT_NEAR(found[name], number, tolerance) << name;
    }
  }

  // Norms of every tensor, in the order of the file; those of tensors without gradient are -1.
  void expect_gradients(const torch::Tensor& expected, const std::string& what) {
    const auto parameters = model_->named_parameters();
    const double floor = 1e-4 * expected.max().item<double>();
    for (std::size_t i = 0; i < names_.size(); ++i) {
      const torch::Tensor& gradient = parameters[names_[i]].grad();
      const double norm = expected[static_cast<std::int64_t>(i)].item<double>();
      ASSERT_EQ(gradient.defined(), norm >= 0) << names_[i];
      if (!gradient.defined()) continue;
      EXPECT_NEAR(gradient.norm().item<double>(), norm, std::max(3e-2 * norm, floor))
          << what << " of " << names_[i];
    }
  }

  // How far every tensor is from where it started.
  void expect_deltas(const Detector& model,
                     const torch::Tensor& expected,
                     double total,
                     const std::string& what) {
    const auto parameters = model.named_parameters();
    const double floor = 1e-3 * expected.max().item<double>();
    double squares = 0, rounding = 0;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      const torch::Tensor& start = start_.at(names_[i]);
      const double delta = (parameters[names_[i]].detach() - start).norm().item<double>();
      const double stored_rounding = 1e-7 * start.norm().item<double>();
      const double norm = expected[static_cast<std::int64_t>(i)].item<double>();
      squares += delta * delta;
      rounding += stored_rounding * stored_rounding;
      EXPECT_NEAR(delta, norm, std::max(3e-2 * norm, floor) + stored_rounding)
          << what << " of " << names_[i];
    }
    EXPECT_NEAR(std::sqrt(squares), total, 1e-3 * total + std::sqrt(rounding)) << what;
  }

  std::string tag_;
  const Json& golden_;
  std::int64_t classes_, side_;
  std::vector<std::string> names_;
  std::shared_ptr<Ltdetr> model_;
  std::unique_ptr<Recipe> recipe_;
  std::map<std::string, torch::Tensor> start_;
  std::optional<TrainingStep> step_;
};

class LtdetrTrajectory : public testing::TestWithParam<const char*> {};

TEST_P(LtdetrTrajectory, LossesGradientsWeightsAndAverage) {
  // The goldens were made with one thread, and the order of sums follows the number of threads.
  const test::ThreadCount one_thread(1);
  const std::string name = std::string("ltdetr_train/trajectory_") + GetParam();
  SAKER_GOLDEN(json_path, name + ".json");
  SAKER_GOLDEN(tensors_path, name + ".safetensors");
  const Json golden = test::read_json(json_path);
  const test::GoldenTensors tensors(tensors_path);
  Trajectory trajectory(GetParam(), golden);
  ASSERT_GE(golden.at("steps").size(), 2U);
  for (const Json& row : golden.at("steps")) {
    trajectory.expect_step(row, tensors);
    if (HasFatalFailure()) return;
  }
  trajectory.expect_statistics();
  trajectory.expect_validation();
}

INSTANTIATE_TEST_SUITE_P(Models,
                         LtdetrTrajectory,
                         testing::Values("vitt16", "convnext_tiny", "dinov2_vits14", "ltdetrv2_s"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace saker
