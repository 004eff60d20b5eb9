#include "train/training_step.hpp"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include <cmath>
#include <limits>

#include "toy_detector.hpp"

namespace saker {
namespace {

TrainingStepSettings settings_with(Precision precision, std::int64_t accumulation = 1) {
  return {.run = {.total_steps = 10, .gradient_accumulation_steps = accumulation},
          .images_per_step = 2,
          .precision = precision};
}

torch::Tensor images() {
  torch::manual_seed(1);
  return torch::rand({2, 3, 4, 4});
}

TEST(TrainingStep, UpdatesWeightsAndTheirAverage) {
  test::ToyDetector model;
  const test::ToyRecipe recipe;
  TrainingStep steps(model, recipe, settings_with(Precision::kFloat32));
  const torch::Tensor before = model.linear->weight.detach().clone();
  const LossTerms losses = steps.forward({.seed = 3, .batch = 7}, images(), {});
  EXPECT_EQ(model.latest_draws.seed, 3U);
  EXPECT_EQ(model.latest_draws.batch, 7U);
  steps.backward(losses);
  const torch::Tensor gradient = model.linear->weight.grad().clone();
  const StepUpdate update = steps.update(0);
  EXPECT_TRUE(update.applied);
  EXPECT_FALSE(update.gradient_norm);
  EXPECT_TRUE(torch::allclose(model.linear->weight, before - 0.1 * gradient, 1e-6, 1e-6));
  EXPECT_FALSE(model.linear->weight.grad().defined());
  const auto& average = dynamic_cast<test::ToyDetector&>(steps.ema()->model());
  EXPECT_TRUE(torch::allclose(average.linear->weight, before - 0.05 * gradient, 1e-6, 1e-6));
}

TEST(TrainingStep, ClipsTheNormOfAllGradients) {
  test::ToyDetector model;
  const test::ToyRecipe recipe(ClipSettings{.max_norm = 0.01});
  TrainingStep steps(model, recipe, settings_with(Precision::kFloat32));
  const torch::Tensor before =
      torch::cat({model.linear->weight.flatten(), model.linear->bias}).detach();
  steps.backward(steps.forward({}, images(), {}));
  const StepUpdate update = steps.update(0);
  EXPECT_GT(*update.gradient_norm, 0.01);
  const torch::Tensor after = torch::cat({model.linear->weight.flatten(), model.linear->bias});
  EXPECT_NEAR((after - before).norm().item<double>(), 0.1 * 0.01, 1e-6);
}

TEST(TrainingStep, TwoHalvesOfAStepEqualOneBatch) {
  test::ToyDetector whole, halves;
  const test::ToyRecipe recipe;
  TrainingStep one(whole, recipe, settings_with(Precision::kFloat32, 1));
  TrainingStep two(halves, recipe, settings_with(Precision::kFloat32, 2));
  one.backward(one.forward({}, images(), {}));
  for (int micro = 0; micro < 2; ++micro) two.backward(two.forward({}, images(), {}));
  one.update(0);
  two.update(0);
  EXPECT_TRUE(torch::allclose(whole.linear->weight, halves.linear->weight, 1e-6, 1e-7));
}

TEST(TrainingStep, MixedPrecisionComputesInSixteenBits) {
  test::ToyDetector model;
  const test::ToyRecipe recipe;
  TrainingStep steps(model, recipe, settings_with(Precision::kBfloat16Mixed));
  const LossTerms losses = steps.forward({}, images(), {});
  EXPECT_EQ(model.answer_type, torch::kBFloat16);
  EXPECT_EQ(losses.total.scalar_type(), torch::kFloat);
  steps.backward(losses);
  EXPECT_EQ(model.linear->weight.grad().scalar_type(), torch::kFloat);
  EXPECT_EQ(steps.optimizer_step().scaler(), nullptr);
}

TEST(TrainingStep, AScaledLossUpdatesAsAPlainOne) {
  test::ToyDetector plain, scaled;
  const test::ToyRecipe recipe(ClipSettings{.max_norm = 0});
  TrainingStep one(plain, recipe, settings_with(Precision::kFloat32));
  TrainingStep two(scaled, recipe, settings_with(Precision::kFloat16Mixed));
  one.backward(one.forward({}, images(), {}));
  two.backward(two.forward({}, images(), {}));
  EXPECT_GT(scaled.linear->weight.grad().norm().item<double>(), 1000);
  const StepUpdate expected = one.update(0);
  const StepUpdate update = two.update(0);
  EXPECT_NEAR(*update.gradient_norm, *expected.gradient_norm, 5e-3 * *expected.gradient_norm);
  EXPECT_TRUE(torch::allclose(scaled.linear->weight, plain.linear->weight, 1e-3, 1e-3));
}

TEST(TrainingStep, AnOverflowIsSkippedAndHalvesTheScale) {
  test::ToyDetector model;
  const test::ToyRecipe recipe;
  TrainingStep steps(model, recipe, settings_with(Precision::kFloat16Mixed));
  const torch::Tensor before = model.linear->weight.detach().clone();
  steps.backward(steps.forward({}, images(), {}));
  model.linear->weight.mutable_grad()[0][0] = std::numeric_limits<float>::infinity();
  const StepUpdate update = steps.update(0);
  EXPECT_FALSE(update.applied);
  EXPECT_TRUE(torch::equal(model.linear->weight, before));
  EXPECT_FALSE(model.linear->weight.grad().defined());
  EXPECT_EQ(steps.optimizer_step().scaler()->scale(), 32768);
}

TEST(TrainingStep, ANormThatIsNotFiniteLeavesTheWeights) {
  test::ToyDetector model;
  const test::ToyRecipe recipe(ClipSettings{.max_norm = 0.1});
  TrainingStep steps(model, recipe, settings_with(Precision::kFloat32));
  const torch::Tensor before = model.linear->weight.detach().clone();
  steps.backward(steps.forward({}, images(), {}));
  model.linear->bias.mutable_grad()[1] = std::nanf("");
  EXPECT_FALSE(steps.update(0).applied);
  EXPECT_TRUE(torch::equal(model.linear->weight, before));
}

}  // namespace
}  // namespace saker
