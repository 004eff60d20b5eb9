// A training that goes wrong keeps the step, and the step can be run again.
#include <gtest/gtest.h>

#include <cmath>

#include "saker/error.hpp"
#include "saker/train.hpp"
#include "small_run.hpp"
#include "temporary_folder.hpp"
#include "weights/exported_model.hpp"

namespace saker {
namespace {

constexpr const char* kPoisoned = "backbone.conv1.conv.weight";

// A trained model with one weight that is no number.
std::filesystem::path poisoned_model(const std::filesystem::path& folder,
                                     const std::filesystem::path& data) {
  const TrainResult result = train_object_detection(test::small_run(folder / "first", data, 1));
  ExportedModel model = read_exported_model(result.exported_last);
  torch::Tensor weight = *model.train_model.find(std::string("ema_model.model.") + kPoisoned);
  weight.view({-1})[0] = std::nanf("");
  write_exported_model(folder / "poisoned.pt", model);
  return folder / "poisoned.pt";
}

TEST(Replay, AStepWithAPoisonedWeightIsKeptAndExplained) {
  const test::TemporaryFolder folder;
  const std::filesystem::path data = test::small_dataset(folder.path());
  TrainArgs args = test::small_run(folder / "run", data, 2);
  args.model = poisoned_model(folder.path(), data).string();
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
  EXPECT_EQ(report.weights, (std::vector<std::string>{kPoisoned}));
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
