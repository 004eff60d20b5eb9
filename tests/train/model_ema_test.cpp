#include "train/model_ema.hpp"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include "golden.hpp"
#include "toy_detector.hpp"

namespace saker {
namespace {

TEST(ModelEma, DecayEqualsTheGoldens) {
  SAKER_GOLDEN(path, "ltdetr_train/schedules.json");
  const auto golden_file = test::read_json(path);
  for (const auto& row : golden_file.at("ema_decay")) {
    const EmaSettings settings{.momentum = row.at("decay"), .warmup_steps = row.at("warmup")};
    for (const auto& value : row.at("values")) {
      const double expected = value[1];
      EXPECT_NEAR(
          ModelEma::decay(settings, value[0].get<std::int64_t>()), expected, 1e-9 * expected)
          << value[0];
    }
  }
}

// "linear" and "twin" are one tensor: averaged once, not twice.
TEST(ModelEma, ATensorWithTwoNamesIsAveragedOnce) {
  test::ToyDetector model(/*has_twin=*/true);
  ModelEma ema(model, {.momentum = 0.75, .warmup_steps = 0});
  const torch::Tensor before = model.linear->weight.detach().clone();
  {
    const torch::NoGradGuard no_grad;
    model.linear->weight.add_(1);
  }
  ema.update(model);
  const auto& average = dynamic_cast<test::ToyDetector&>(ema.model());
  EXPECT_TRUE(torch::allclose(average.linear->weight, before + 0.25, 1e-6, 1e-6));
}

TEST(ModelEma, AveragesStatisticsAndLeavesCounters) {
  test::ToyDetector model;
  ModelEma ema(model, {.momentum = 0.75, .warmup_steps = 0});
  model.norm->running_mean.fill_(4);
  model.norm->num_batches_tracked.fill_(7);
  ema.update(model);
  const auto& average = dynamic_cast<test::ToyDetector&>(ema.model());
  EXPECT_TRUE(torch::equal(average.norm->running_mean, torch::full({2}, 1.0F)));
  EXPECT_EQ(average.norm->num_batches_tracked.item<std::int64_t>(), 0);
  EXPECT_EQ(ema.updates(), 1);
  EXPECT_FALSE(average.is_training());
  EXPECT_FALSE(average.linear->weight.requires_grad());
}

}  // namespace
}  // namespace saker
