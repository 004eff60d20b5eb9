#include "detectors/ltdetr/flat_cosine_schedule.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "golden.hpp"

namespace saker {
namespace {

TEST(FlatCosineSchedule, GoldenLearningRates) {
  SAKER_GOLDEN(path, "ltdetr_train/schedules.json");
  int curves = 0;
  const auto golden_file = test::read_json(path);
  for (const auto& [name, curve] : golden_file.at("lr_curves").items()) {
    if (curve.at("kind") != "flat-cosine") continue;
    ++curves;
    const FlatCosineSchedule schedule({.total_steps = curve.at("total_steps"),
                                       .warmup_steps = curve.at("warmup"),
                                       .flat_steps = curve.at("flat"),
                                       .no_aug_steps = curve.at("no_aug")});
    EXPECT_FALSE(schedule.has_empty_cosine()) << name;
    for (const auto& row : curve.at("rows")) {
      const double factor = schedule.factor(row[0].get<std::int64_t>());
      for (std::size_t i = 0; i + 1 < row.size(); ++i) {
        const double expected = row[i + 1];
        EXPECT_NEAR(curve.at("base_lrs")[i].get<double>() * factor, expected, 1e-9 * expected)
            << name << ", step " << row[0];
      }
    }
  }
  EXPECT_EQ(curves, 3);
}

TEST(FlatCosineSchedule, WithoutACosineTheRateFallsAtOnce) {
  const FlatCosineSchedule schedule(
      {.total_steps = 100, .warmup_steps = 25, .flat_steps = 75, .no_aug_steps = 25});
  EXPECT_TRUE(schedule.has_empty_cosine());
  EXPECT_EQ(schedule.factor(0), 0);
  EXPECT_EQ(schedule.factor(74), 1);
  EXPECT_EQ(schedule.factor(75), 0.5);
  EXPECT_EQ(schedule.factor(99), 0.5);
}

TEST(FlatCosineSchedule, AWarmUpLongerThanTheRunIsCut) {
  const FlatCosineSchedule schedule(
      {.total_steps = 10, .warmup_steps = 1000, .flat_steps = 0, .no_aug_steps = 0});
  EXPECT_EQ(schedule.factor(5), 0.25);
  EXPECT_EQ(schedule.factor(10), 1);
}

TEST(FlatCosineSchedule, StateHasTheFieldsOfTheReference) {
  const FlatCosineSchedule schedule(
      {.total_steps = 20, .warmup_steps = 2, .flat_steps = 5, .no_aug_steps = 5});
  const Value state = schedule.state(10, {1e-3, 2e-3});
  for (const char* key : {"total_steps",
                          "warmup_steps",
                          "flat_steps",
                          "no_aug_steps",
                          "min_factor",
                          "cosine_start_step",
                          "cosine_end_step",
                          "min_lrs",
                          "base_lrs",
                          "last_epoch",
                          "_step_count",
                          "_last_lr"})
    EXPECT_NE(state.find(key), nullptr) << key;
  EXPECT_EQ(state.at("cosine_start_step").as_int(), 5);
  EXPECT_EQ(state.at("cosine_end_step").as_int(), 15);
  EXPECT_EQ(state.at("last_epoch").as_int(), 10);
  EXPECT_EQ(state.at("_step_count").as_int(), 11);
  EXPECT_DOUBLE_EQ(state.at("min_lrs").as_array()[1].as_double(), 1e-3);
  EXPECT_DOUBLE_EQ(state.at("_last_lr").as_array()[0].as_double(), 0.75e-3);
}

}  // namespace
}  // namespace saker
