#include "pretrain/dinov2_schedules.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "golden.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

void expect_close(double actual, const nlohmann::ordered_json& expected) {
  const double value = expected;
  EXPECT_NEAR(actual, value, 1e-12 * std::max(std::abs(value), 1e-300));
}

TEST(Dinov2Schedules, ListsOfTheReference) {
  SAKER_GOLDEN(path, "pretrain/schedules.json");
  const auto info = test::read_json(path);
  int runs = 0;
  for (const auto& [name, run] : info.items()) {
    if (!name.starts_with("total")) continue;
    ++runs;
    const std::int64_t total = std::stoll(name.substr(5));
    const std::int64_t batch = std::stoll(name.substr(name.find("batch") + 5));
    const Dinov2Settings settings;
    const double base = settings.scaled_learning_rate(batch);
    expect_close(base, run.at("scaled_base_lr"));
    const WarmupCosineFactor factor(total, settings.warmup_steps, settings.min_lr / base);
    EXPECT_EQ(factor.warmup(), run.at("warmup_steps").get<std::int64_t>());
    for (std::size_t i = 0; i < run.at("steps").size(); ++i) {
      const std::int64_t step = run.at("steps")[i];
      SCOPED_TRACE(name + " step " + std::to_string(step));
      expect_close(factor.factor(step), run.at("lr_factor")[i]);
      expect_close(weight_decay_at(settings, step, total), run.at("weight_decay")[i]);
      expect_close(teacher_temperature(settings, step), run.at("teacher_temp")[i]);
      expect_close(teacher_momentum(settings, step, total),
                   run.at("teacher_momentum_after_step")[i]);
    }
  }
  EXPECT_EQ(runs, 6);
  for (const auto& one : info.at("epochs_auto"))
    EXPECT_EQ(auto_epochs(one.at("dataset_size"), one.at("batch_size")),
              one.at("epochs").get<std::int64_t>());
}

TEST(Dinov2Schedules, OneStepHasTheFloor) {
  EXPECT_EQ(WarmupCosineFactor(1, 10, 0.25).factor(0), 0.25);
  EXPECT_EQ(teacher_momentum({}, 0, 1), 1);
}

TEST(Dinov2Settings, ScaledSchedulesKeepTheirShareOfTheRun) {
  Dinov2Settings settings;
  EXPECT_EQ(settings.for_run(1000).warmup_steps, 12500);
  settings.scale_schedules = true;
  const Dinov2Settings scaled = settings.for_run(1000);
  EXPECT_EQ(scaled.warmup_steps, 100);
  EXPECT_EQ(scaled.teacher_temp_warmup_steps, 300);
  EXPECT_EQ(scaled.student_freeze_last_layer_steps, 10);
  EXPECT_EQ(settings.for_run(200000).warmup_steps, 12500);
}

TEST(Dinov2Settings, DefaultsOfTheReference) {
  SAKER_GOLDEN(path, "pretrain/defaults.json");
  const auto info = test::read_json(path);
  SettingsProblems problems;
  const Dinov2Settings settings = Dinov2Settings::read({}, {}, problems);
  EXPECT_NO_THROW(problems.throw_if_any());
  const auto compare = [](const nlohmann::ordered_json& expected, const Value& own) {
    for (const auto& [key, value] : expected.items()) {
      const Value* found = own.find(key);
      ASSERT_NE(found, nullptr) << key;
      const auto actual = nlohmann::ordered_json::parse(found->to_json());
      EXPECT_EQ(actual, value) << key;
    }
  };
  compare(info.at("method_args"), settings.method_args());
  compare(info.at("optim_args"), settings.optim_args());
}

TEST(Dinov2Settings, WrongValuesAreAllNamed) {
  SettingsProblems problems;
  Dinov2Settings::read(Value{{"mask_ratio_min", 0.9}, {"warmup", 3}, {"center_method", "mean"}},
                       Value{{"lr", 0}},
                       problems);
  try {
    problems.throw_if_any();
    FAIL();
  } catch (const Error& error) {
    const std::string text = error.what();
    for (const char* part : {"mask_ratio_min", "warmup", "center_method", "optim_args.lr"})
      EXPECT_NE(text.find(part), std::string::npos) << part << " in " << text;
  }
}

}  // namespace
}  // namespace saker
