#include "train/auto_rules.hpp"

#include <gtest/gtest.h>

#include "golden.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

TEST(AutoRules, IntervalsEqualTheGoldens) {
  SAKER_GOLDEN(path, "platform/derived.json");
  const auto golden_file = test::read_json(path);
  for (const auto& row : golden_file.at("logger_auto")) {
    const auto steps = row.at("steps").get<std::int64_t>();
    const auto& expected = row.at("log_val_vallog");
    EXPECT_EQ(auto_log_interval(steps), expected[0].get<std::int64_t>()) << steps;
    EXPECT_EQ(auto_validation_interval(steps), expected[1].get<std::int64_t>()) << steps;
    EXPECT_EQ(auto_validation_log_interval(row.at("val_batches").get<std::int64_t>()),
              expected[2].get<std::int64_t>())
        << steps;
  }
}

TEST(AutoRules, EarlyStepsAreAlwaysLogged) {
  SAKER_GOLDEN(path, "platform/derived.json");
  const auto golden_file = test::read_json(path);
  for (const auto& row : golden_file.at("always_logged_steps_1based")) {
    const auto interval = row.at("log_every").get<std::int64_t>();
    std::vector<std::int64_t> early;
    for (std::int64_t step = 1; step < interval; ++step) {
      if (is_logged_step(step, interval)) early.push_back(step);
    }
    EXPECT_EQ(early, row.at("steps").get<std::vector<std::int64_t>>()) << interval;
    EXPECT_TRUE(is_logged_step(3 * interval, interval));
  }
}

TEST(AutoRules, AccumulationReachesTheDefaultBatch) {
  SAKER_GOLDEN(path, "platform/derived.json");
  const auto golden_file = test::read_json(path);
  for (const auto& row : golden_file.at("gradient_accumulation")) {
    std::optional<std::int64_t> given;
    if (row.at("value").is_number()) given = row.at("value").get<std::int64_t>();
    const auto batch = row.at("global").get<std::int64_t>();
    const auto default_batch = row.at("default").get<std::int64_t>();
    if (row.contains("error")) {
      EXPECT_THROW(resolve_accumulation(given, batch, default_batch), Error);
    } else {
      EXPECT_EQ(resolve_accumulation(given, batch, default_batch),
                row.at("accepted").at("steps").get<std::int64_t>());
    }
  }
}

TEST(AutoRules, BatchFollowsTheDataAndTheProcesses) {
  SAKER_GOLDEN(path, "platform/derived.json");
  const auto golden_file = test::read_json(path);
  for (const auto& row : golden_file.at("global_batch_size")) {
    std::optional<std::int64_t> per_device;
    if (row.at("loader_args").is_object())
      per_device = row.at("loader_args").at("batch_size").get<std::int64_t>();
    const auto resolve = [&] {
      return resolve_batch_size(row.at("requested").get<std::int64_t>(),
                                row.at("dataset").get<std::int64_t>(),
                                row.at("devices").get<std::int64_t>(),
                                per_device);
    };
    if (row.contains("error")) {
      EXPECT_THROW(resolve(), Error);
    } else {
      EXPECT_EQ(resolve().global, row.at("accepted").at("global").get<std::int64_t>());
    }
  }
}

TEST(AutoRules, EpochsCountFinishedPassesOverTheData) {
  SAKER_GOLDEN(path, "platform/derived.json");
  const auto golden_file = test::read_json(path);
  for (const auto& row : golden_file.at("epoch")) {
    EXPECT_EQ(finished_epochs(row.at("step").get<std::int64_t>(),
                              row.at("accumulation").get<std::int64_t>(),
                              row.at("batches").get<std::int64_t>()),
              row.at("epoch").get<std::int64_t>());
  }
}

}  // namespace
}  // namespace saker
