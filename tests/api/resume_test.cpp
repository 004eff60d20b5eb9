// A run that was stopped and resumed ends with the weights of an unbroken one, bit for bit.
#include <gtest/gtest.h>
#include <torch/utils.h>

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
  try {
    train_object_detection(args);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kCheckpoint);
    EXPECT_NE(std::string(error.what()).find("last.ckpt"), std::string::npos) << error.what();
  }
}

TEST_F(Resume, NothingToResumeIsAnErrorThatSaysSo) {
  const std::filesystem::path data = test::small_dataset(folder_.path());
  TrainArgs args = test::small_run(folder_ / "new", data, 2);
  args.resume_interrupted = true;
  EXPECT_THROW(train_object_detection(args), Error);
}

}  // namespace
}  // namespace saker
