// A training that goes wrong keeps the step, and the step can be run again.
#include <gtest/gtest.h>

#include <cmath>

#include "poisoned_model.hpp"
#include "saker/error.hpp"
#include "saker/train.hpp"
#include "small_run.hpp"
#include "temporary_folder.hpp"

namespace saker {
namespace {

TEST(Replay, AStepWithAPoisonedWeightIsKeptAndExplained) {
  const test::TemporaryFolder folder;
  const std::filesystem::path data = test::small_dataset(folder.path());
  TrainArgs args = test::small_run(folder / "run", data, 2);
  args.model = test::poisoned_model(folder.path(), data).string();
  try {
    train_object_detection(args);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kData);
    const std::string message = error.what();
    EXPECT_NE(message.find("images/train"), std::string::npos) << message;
    EXPECT_NE(message.find("--replay"), std::string::npos) << message;
  }
  const std::filesystem::path capture = folder / "run/debug/nan_capture/rank0/nan_capture.pt";
  ASSERT_TRUE(std::filesystem::exists(capture));
  const ReplayReport report = replay_training_step({.capture = capture.string()});
  EXPECT_EQ(report.model, "picodet/s-416");
  EXPECT_EQ(report.step, 0);
  EXPECT_EQ(report.images.size(), 2U);
  EXPECT_EQ(report.weights, (std::vector<std::string>{test::kPoisonedWeight}));
  ASSERT_FALSE(report.bad_terms.empty());
  EXPECT_EQ(report.bad_terms.front(), "loss");
  EXPECT_TRUE(std::isnan(report.terms.front().before));
}

TEST(Replay, AFileWithoutAStepIsRefused) {
  const test::TemporaryFolder folder;
  EXPECT_THROW(replay_training_step({.capture = (folder / "none.pt").string()}), Error);
}

}  // namespace
}  // namespace saker
