// Five optimizer steps of the reference, from forward pass to averaged weights.
#include <gtest/gtest.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "detectors/picodet/golden_cases.hpp"
#include "detectors/picodet/golden_weights.hpp"
#include "detectors/picodet/picodet.hpp"
#include "detectors/picodet/recipe.hpp"
#include "golden.hpp"
#include "tensors/thread_count.hpp"

namespace saker {
namespace {

// What training does with a recipe's numbers, in plain tensor operations: this folder stands below
// the one with the optimizer.
class PlainTraining {
 public:
  PlainTraining(Detector& model, Detector& average, const Recipe& recipe)
      : model_(&model),
        average_(&average),
        recipe_(&recipe),
        groups_(recipe.parameter_groups(model)) {}

  void update(double lr) {
    const torch::NoGradGuard no_grad;
    std::size_t index = 0;
    for (ParameterGroup& group : groups_) {
      for (torch::Tensor& parameter : group.parameters) {
        if (velocities_.size() <= index) velocities_.emplace_back();
        torch::Tensor& velocity = velocities_[index++];
        if (!parameter.grad().defined()) continue;
        const torch::Tensor slope = parameter.grad() + group.weight_decay * parameter;
        velocity = velocity.defined()
                       ? std::get<SgdSettings>(recipe_->optimizer()).momentum * velocity + slope
                       : slope;
        parameter -= lr * velocity;
        parameter.mutable_grad() = torch::Tensor();
      }
    }
  }

  void average() {
    const torch::NoGradGuard no_grad;
    const EmaSettings settings = *recipe_->ema();
    ++updates_;
    const double decay = settings.momentum * (1 - std::exp(-updates_ / settings.warmup_steps));
    const auto blend = [&](torch::Tensor mean, const torch::Tensor& value) {
      if (mean.is_floating_point()) mean.mul_(decay).add_(value, 1 - decay);
    };
    const auto parameters = model_->named_parameters(), buffers = model_->named_buffers();
    for (auto& item : average_->named_parameters()) blend(item.value(), parameters[item.key()]);
    for (auto& item : average_->named_buffers()) blend(item.value(), buffers[item.key()]);
  }

 private:
  Detector* model_;
  Detector* average_;
  const Recipe* recipe_;
  std::vector<ParameterGroup> groups_;
  std::vector<torch::Tensor> velocities_;
  double updates_ = 0;
};

torch::Tensor tensor_of(const Detector& model, const std::string& key) {
  const auto parameters = model.named_parameters();
  const torch::Tensor* parameter = parameters.find(key);
  return parameter != nullptr ? *parameter : model.named_buffers()[key];
}

double gradient_norm(const Detector& model) {
  double sum = 0;
  for (const torch::Tensor& parameter : model.parameters()) {
    if (!parameter.grad().defined()) continue;
    sum += parameter.grad().to(torch::kDouble).square().sum().item<double>();
  }
  return std::sqrt(sum);
}

// Sums are small differences of large numbers, so that their error is judged by the norm, which
// bounds them together with the number of entries.
void expect_checksums(const nlohmann::ordered_json& expected,
                      const Detector& model,
                      double tolerance) {
  for (const auto& [key, sums] : expected.items()) {
    const torch::Tensor tensor = tensor_of(model, key).detach().to(torch::kDouble);
    const double squares = sums.at("sumsq");
    const double bound = std::sqrt(squares * static_cast<double>(tensor.numel()));
    EXPECT_NEAR(tensor.square().sum().item<double>(), squares, tolerance * squares) << key;
    EXPECT_NEAR(tensor.sum().item<double>(), sums.at("sum").get<double>(), tolerance * bound)
        << key;
  }
}

struct TrajectoryCase {
  std::string name;
  double later_loss, checksum;
  std::vector<double> gradient_norm;  // tolerance of each step
};

// How far the reference's own run moves under 1e-6 relative noise on its weights, as the golden
// file records for each step: the most up to a step, since differences grow from step to step.
// LibTorch's kernels for another instruction set alone move a run by as much, so that no tolerance
// can be below it; one draw of the noise is taken for a standard deviation.
class MeasuredSpread {
 public:
  explicit MeasuredSpread(const nlohmann::ordered_json& rows) : rows_(rows) {}

  double tolerance(double stated, std::int64_t last_step, const char* quantity) const {
    double most = 0;
    for (const auto& row : rows_) {
      if (row.value("step", last_step) <= last_step)
        most = std::max(most, row.value(quantity, 0.0));
    }
    return std::max(stated, 3 * most);
  }

 private:
  const nlohmann::ordered_json& rows_;
};

class Trajectory : public ::testing::TestWithParam<TrajectoryCase> {};

TEST_P(Trajectory, LossesGradientsWeightsAndAverage) {
  const TrajectoryCase& test_case = GetParam();
  // The goldens were made with one thread, and the order of sums follows the number of threads.
  const test::ThreadCount one_thread(1);
  SAKER_GOLDEN(path, "picodet/" + test_case.name + ".json");
  const auto golden = test::read_json(path);
  const auto& setup = golden.at("setup");
  SettingsProblems problems;
  const auto recipe =
      make_picodet_recipe({{"lr", setup.at("lr").get<double>()},
                           {"lr_warmup_steps", 2},
                           {"backbone_freeze", setup.at("backbone_freeze").get<bool>()}},
                          problems);
  problems.throw_if_any();
  const auto model = test::golden_picodet("picodet/s-416", 5, {160, 160});
  const std::shared_ptr<Detector> average = model->copy();
  average->eval();
  recipe->prepare_for_training(*model);
  const auto schedule = recipe->schedule({.total_steps = 6});
  PlainTraining training(*model, *average, *recipe);
  const Targets targets = test::golden_targets(setup.at("targets").get<std::vector<std::string>>());
  const auto expect_logged = [](const LossTerms& terms,
                                const nlohmann::ordered_json& logged,
                                const std::string& prefix,
                                double tolerance) {
    const double total = logged.at(prefix);
    EXPECT_NEAR(terms.total.item<double>(), total, tolerance * total) << prefix;
    for (const auto& [name, value] : terms.logged) {
      const double expected = logged.at(prefix + "/" + name);
      EXPECT_NEAR(value.item<double>(), expected, tolerance * expected) << name;
    }
  };

  const MeasuredSpread spread(golden.at("spread_under_1e_6_relative_weight_noise"));
  constexpr std::int64_t kLastStep = 4;
  for (const auto& row : golden.at("rows")) {
    if (row.contains("validation")) {
      average->eval();
      const torch::Tensor images = test::golden_input("picodet.traj.val", 4, 160, 160);
      const auto result = average->validate(images, targets, std::vector<ImageSize>(4, {160, 160}));
      expect_logged(result.losses,
                    row.at("validation").at("logged"),
                    "val_loss",
                    spread.tolerance(test_case.later_loss, kLastStep, "validation_loss_rel"));
      continue;
    }
    const std::int64_t step = row.at("step");
    SCOPED_TRACE("step " + std::to_string(step));
    const double lr = recipe->learning_rate(4) * schedule->factor(step);
    EXPECT_NEAR(lr, row.at("lr").get<double>(), 1e-12);
    const torch::Tensor images =
        test::golden_input("picodet.traj.x" + std::to_string(step), 4, 160, 160);
    const LossTerms terms = model->training_losses(images, targets, {});
    expect_logged(terms,
                  row.at("logged"),
                  "train_loss",
                  step == 0 ? 1e-5 : spread.tolerance(test_case.later_loss, step, "loss_rel"));
    terms.total.backward();
    const double norm = row.at("grad_norm");
    const double stated = test_case.gradient_norm.at(static_cast<std::size_t>(step));
    EXPECT_NEAR(gradient_norm(*model),
                norm,
                (step == 0 ? stated : spread.tolerance(stated, step, "grad_norm_rel")) * norm);
    training.update(lr);
    training.average();
    expect_checksums(row.at("model"), *model, test_case.checksum);
    expect_checksums(row.at("ema"), *average, test_case.checksum);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Runs,
    Trajectory,
    ::testing::Values(
        TrajectoryCase{"trajectory_s_160_frozen", 5e-4, 3e-3, {2e-3, 2e-2, 2e-2, 2e-2, 1.5e-1}},
        TrajectoryCase{"trajectory_s_160_full", 1e-3, 1e-3, {5e-2, 5e-2, 5e-2, 5e-2, 5e-2}}),
    [](const auto& run) { return run.param.name; });

}  // namespace
}  // namespace saker
