#include "detectors/picodet/warmup_cosine_schedule.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "golden.hpp"

namespace saker {
namespace {

TEST(WarmupCosineSchedule, GoldenLearningRateFactors) {
  SAKER_GOLDEN(path, "picodet/manifest/training_s_416_5_classes.json");
  const auto manifest = test::read_json(path);
  const auto expect_factors = [&](const char* name, std::int64_t steps, std::int64_t warmup) {
    const WarmupCosineSchedule schedule(warmup, steps);
    for (const auto& [step, factor] : manifest.at(name).items()) {
      EXPECT_NEAR(schedule.factor(std::stoll(step)), factor.get<double>(), 1e-12)
          << name << ", step " << step;
    }
  };
  expect_factors("lr_factor_90000_steps", 90000, 300);
  expect_factors("lr_factor_10_steps_warmup_min", 10, 300);
  expect_factors("lr_factor_10_steps_warmup_3", 10, 3);
}

TEST(WarmupCosineSchedule, WithoutWarmUpTheCosineStartsAtOnce) {
  EXPECT_EQ(WarmupCosineSchedule(0, 10).factor(0), 1);
  EXPECT_EQ(WarmupCosineSchedule(0, 10).factor(9), 0.001);
  EXPECT_EQ(WarmupCosineSchedule(0, 1).factor(0), 0.001);
}

TEST(WarmupCosineSchedule, GoldenSchedulerState) {
  SAKER_GOLDEN(path, "platform/run_folder.json");
  const auto checkpoints = test::read_json(path).at("checkpoints");
  const WarmupCosineSchedule schedule(300, 4);
  const double lr = 0.005;
  for (const auto& [name, steps] : {std::pair("best", 2), std::pair("last", 4)}) {
    const auto expected =
        checkpoints.at(std::string("checkpoints/") + name + ".ckpt").at("scheduler");
    const auto actual = nlohmann::ordered_json::parse(schedule.state(steps, {lr, lr}).to_json());
    ASSERT_EQ(actual.size(), expected.size());
    for (const auto& [key, value] : expected.items()) {
      ASSERT_TRUE(actual.contains(key)) << key;
      if (key == "_last_lr" || key == "base_lrs") {
        for (std::size_t i = 0; i < value.size(); ++i) {
          EXPECT_NEAR(actual.at(key).at(i).get<double>(), value.at(i).get<double>(), 1e-15) << key;
        }
      } else {
        EXPECT_EQ(actual.at(key), value) << key;
      }
    }
  }
}

}  // namespace
}  // namespace saker
