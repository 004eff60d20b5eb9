#include "detectors/ltdetr/linear_schedule.hpp"

#include <gtest/gtest.h>

#include "golden.hpp"

namespace saker {
namespace {

TEST(LinearSchedule, GoldenLearningRates) {
  SAKER_GOLDEN(path, "ltdetr_train/schedules.json");
  int curves = 0;
  const auto golden_file = test::read_json(path);
  for (const auto& [name, curve] : golden_file.at("lr_curves").items()) {
    if (curve.at("kind") != "linear") continue;
    ++curves;
    const LinearSchedule schedule(curve.at("warmup").get<std::int64_t>(), 0.01);
    for (const auto& row : curve.at("rows")) {
      const double factor = schedule.factor(row[0].get<std::int64_t>());
      for (std::size_t i = 0; i + 1 < row.size(); ++i) {
        const double expected = row[i + 1];
        EXPECT_NEAR(curve.at("base_lrs")[i].get<double>() * factor, expected, 1e-9 * expected)
            << name << ", step " << row[0];
      }
    }
  }
  EXPECT_EQ(curves, 2);
}

TEST(LinearSchedule, WithoutWarmUpTheRateIsFullFromTheStart) {
  EXPECT_EQ(LinearSchedule(0, 0.01).factor(0), 1);
  EXPECT_EQ(LinearSchedule(0, 0.01).factor(1000), 1);
}

TEST(LinearSchedule, StateHasTheFieldsOfTheReference) {
  const Value state = LinearSchedule(4, 0.01).state(2, {1e-4});
  EXPECT_EQ(state.at("total_iters").as_int(), 4);
  EXPECT_EQ(state.at("start_factor").as_double(), 0.01);
  EXPECT_EQ(state.at("end_factor").as_double(), 1);
  EXPECT_EQ(state.at("last_epoch").as_int(), 2);
  EXPECT_EQ(state.at("_step_count").as_int(), 3);
  EXPECT_DOUBLE_EQ(state.at("base_lrs").as_array()[0].as_double(), 1e-4);
  EXPECT_DOUBLE_EQ(state.at("_last_lr").as_array()[0].as_double(), 0.505e-4);
}

}  // namespace
}  // namespace saker
