#include "transforms/step_window.hpp"

#include <gtest/gtest.h>

#include "golden.hpp"

namespace saker {
namespace {

TEST(StepWindow, PhasesEqualTheReference) {
  SAKER_GOLDEN(path, "transforms/schedule.json");
  const auto goldens = test::read_json(path);
  EXPECT_EQ(goldens.size(), 19U);
  for (const auto& golden : goldens) {
    const StepPhases phases = step_phases({golden["total_steps"],
                                           golden["train_num_batches"],
                                           golden["gradient_accumulation_steps"]});
    const StepPhases expected = {golden["step_start"], golden["step_flat"], golden["step_stop"]};
    EXPECT_EQ(phases, expected) << golden["total_steps"] << " steps, " << phases.start << " "
                                << phases.flat << " " << phases.stop;
  }
}

TEST(StepWindow, StartsAtItsStartAndEndsBeforeItsStop) {
  const StepWindow window = {.start = 2, .stop = std::optional<std::int64_t>(4)};
  EXPECT_FALSE(window.contains(1));
  EXPECT_TRUE(window.contains(2));
  EXPECT_TRUE(window.contains(3));
  EXPECT_FALSE(window.contains(4));
  EXPECT_TRUE(StepWindow{}.contains(1'000'000));
}

}  // namespace
}  // namespace saker
