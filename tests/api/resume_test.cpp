// A run that was stopped and resumed ends with the weights of an unbroken one, bit for bit.
#include <gtest/gtest.h>
#include <torch/utils.h>

#include "core/file.hpp"
#include "error_message.hpp"
#include "saker/error.hpp"
#include "small_run.hpp"
#include "temporary_folder.hpp"
#include "weights/checkpoint_file.hpp"
#include "weights/state_dict.hpp"

namespace saker {
namespace {

constexpr std::int64_t kSteps = 6;

void expect_equal_checkpoints(const std::filesystem::path& a, const std::filesystem::path& b) {
  const PickleValue first = read_checkpoint(a);
  const PickleValue second = read_checkpoint(b);
  const StateDict weights = to_state_dict(first.at("train_model"));
  const StateDict others = to_state_dict(second.at("train_model"));
  ASSERT_EQ(weights.size(), others.size());
  for (const auto& [name, tensor] : weights) {
    const torch::Tensor* other = others.find(name);
    ASSERT_NE(other, nullptr) << name;
    EXPECT_TRUE(torch::equal(tensor, *other)) << name;
  }
  EXPECT_TRUE(first.at("optimizer") == second.at("optimizer"));
  EXPECT_TRUE(first.at("cpp_state") == second.at("cpp_state"));
  EXPECT_EQ(first.at("step").as_int(), second.at("step").as_int());
}

class Resume : public ::testing::Test {
 protected:
  Resume() : threads_(torch::get_num_threads()) { torch::set_num_threads(1); }
  ~Resume() override { torch::set_num_threads(threads_); }

  test::TemporaryFolder folder_;

 private:
  int threads_;
};

TEST_F(Resume, AStoppedRunEndsLikeAnUnbrokenOne) {
  const std::filesystem::path data = test::small_dataset(folder_.path());
  train_object_detection(test::small_run(folder_ / "whole", data, kSteps));

  TrainArgs broken = test::small_run(folder_ / "broken", data, kSteps);
  int stops = 0;
  for (bool finished = false; !finished; broken.resume_interrupted = true) {
    if (stops < 3) request_stop();  // after one step of this part of the run
    try {
      train_object_detection(broken);
      finished = true;
    } catch (const Error& error) {
      ASSERT_EQ(error.kind(), ErrorKind::kInterrupted) << error.what();
      ++stops;
    }
  }
  EXPECT_EQ(stops, 3);
  expect_equal_checkpoints(folder_ / "whole/checkpoints/last.ckpt",
                           folder_ / "broken/checkpoints/last.ckpt");
}

TEST_F(Resume, AFinishedRunHasNothingLeftToDo) {
  const std::filesystem::path data = test::small_dataset(folder_.path());
  TrainArgs args = test::small_run(folder_ / "run", data, 2);
  train_object_detection(args);
  args.resume_interrupted = true;
  EXPECT_EQ(train_object_detection(args).steps, 2);
}

TEST_F(Resume, OtherSettingsAreRefusedAndLeaveTheRunAsItIs) {
  const std::filesystem::path data = test::small_dataset(folder_.path());
  TrainArgs args = test::small_run(folder_ / "run", data, 2);
  train_object_detection(args);
  const std::string config = read_text_file(folder_ / "run/config.yaml");
  const std::string log = read_text_file(folder_ / "run/train.log");
  args.resume_interrupted = true;
  args.steps = 3;
  args.batch_size = 4;
  args.transform_args = {{"image_size", {64, 64}}};
  const std::string message =
      test::message_of(ErrorKind::kUsage, [&] { train_object_detection(args); });
  for (const char* part : {"config.yaml",
                           "steps: was 2, is now 3",
                           "batch_size: was 2, is now 4",
                           "transform_args.image_size: was [96,96], is now [64,64]"})
    EXPECT_TRUE(test::contains(message, part)) << message;
  EXPECT_EQ(read_text_file(folder_ / "run/config.yaml"), config);
  EXPECT_EQ(read_text_file(folder_ / "run/train.log"), log);
}

TEST_F(Resume, AMovedRunOnMovedDataGoesOn) {
  test::small_dataset(folder_.path());
  TrainArgs args = test::small_run(folder_ / "run", folder_ / "data/data.yaml", 2);
  train_object_detection(args);
  std::filesystem::rename(folder_ / "run", folder_ / "moved");
  std::filesystem::rename(folder_ / "data", folder_ / "elsewhere");
  TrainArgs again = test::small_run(folder_ / "moved", folder_ / "elsewhere/data.yaml", 2);
  again.resume_interrupted = true;
  again.model = "";
  again.num_workers = 2;
  EXPECT_EQ(train_object_detection(again).steps, 2);
  // config.yaml still starts the run, with the data where they are now.
  const std::string config = read_text_file(folder_ / "moved/config.yaml");
  EXPECT_TRUE(test::contains(config, "model: picodet/s-416")) << config;
  EXPECT_TRUE(test::contains(config, "resume_interrupted: false")) << config;
  EXPECT_TRUE(test::contains(config, "elsewhere")) << config;
}

TEST_F(Resume, AFolderWithoutConfigIsWarnedOf) {
  const std::filesystem::path data = test::small_dataset(folder_.path());
  TrainArgs args = test::small_run(folder_ / "run", data, 2);
  train_object_detection(args);
  std::filesystem::remove(folder_ / "run/config.yaml");
  args.resume_interrupted = true;
  train_object_detection(args);
  EXPECT_TRUE(test::contains(read_text_file(folder_ / "run/train.log"),
                             "nothing tells whether the run began with the same precision"));
  // What the checkpoint knows of itself is still compared.
  std::filesystem::remove(folder_ / "run/config.yaml");
  args.seed = 1;
  const std::string message =
      test::message_of(ErrorKind::kCheckpoint, [&] { train_object_detection(args); });
  EXPECT_TRUE(test::contains(message, "seed: was 0, is now 1")) << message;
}

TEST_F(Resume, OtherClassesAreRefused) {
  const std::filesystem::path data = test::small_dataset(folder_.path());
  TrainArgs args = test::small_run(folder_ / "run", data, 2);
  train_object_detection(args);
  args.resume_interrupted = true;
  args.data = {
      .path = (folder_ / "data").string(),
      .train = "images/train",
      .val = "images/val",
      .names = {{0, "a"}, {1, "b"}, {2, "c"}, {3, "d"}, {4, "e"}, {5, "f"}, {6, "g"}, {7, "h"}}};
  EXPECT_TRUE(test::contains(
      test::message_of(ErrorKind::kUsage, [&] { train_object_detection(args); }), "data.names.0"));
  std::filesystem::remove(folder_ / "run/config.yaml");
  EXPECT_TRUE(test::contains(
      test::message_of(ErrorKind::kCheckpoint, [&] { train_object_detection(args); }),
      "last.ckpt"));
}

TEST_F(Resume, NothingToResumeIsAnErrorThatSaysSo) {
  const std::filesystem::path data = test::small_dataset(folder_.path());
  TrainArgs args = test::small_run(folder_ / "new", data, 2);
  args.resume_interrupted = true;
  EXPECT_THROW(train_object_detection(args), Error);
}

}  // namespace
}  // namespace saker
