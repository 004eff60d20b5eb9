#include "detectors/ltdetr/recipe.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "detectors/registry.hpp"
#include "error_message.hpp"

namespace saker {
namespace {

std::unique_ptr<Recipe> recipe_of(const Value& model_args) {
  SettingsProblems problems;
  auto recipe = make_recipe("dinov3/vitt16-ltdetr", model_args, problems);
  problems.throw_if_any();
  return recipe;
}

// As config.yaml holds them; runs too short for a cosine included.
TEST(LtdetrRecipe, ResolvedArgumentsMakeTheSameSchedule) {
  for (const std::int64_t total : {1, 2, 5, 12, 13, 40, 200}) {
    const RunLength run{.total_steps = total, .batches_per_epoch = 3};
    const auto automatic = recipe_of({});
    const Value resolved = automatic->resolved_model_args(run);
    const auto again = recipe_of(resolved);
    EXPECT_EQ(again->resolved_model_args(run), resolved) << total;
    const auto expected = automatic->schedule(run), schedule = again->schedule(run);
    for (std::int64_t step = 0; step < total; ++step)
      EXPECT_EQ(schedule->factor(step), expected->factor(step)) << step << " of " << total;
  }
}

TEST(LtdetrRecipe, StepsThatLeaveNoCosineAreRefused) {
  const auto recipe = recipe_of(
      {{"lr_warmup_steps", 50}, {"scheduler_flat_steps", 60}, {"scheduler_no_aug_steps", 60}});
  const std::string message = test::message_of(ErrorKind::kUsage, [&] {
    static_cast<void>(recipe->schedule({.total_steps = 100, .batches_per_epoch = 3}));
  });
  EXPECT_TRUE(test::contains(message, "scheduler_flat_steps")) << message;
}

}  // namespace
}  // namespace saker
