// Killed at any moment, a run goes on and ends like an unbroken one.
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>

#include "small_training.hpp"
#include "temporary_folder.hpp"
#include "weights/checkpoint_file.hpp"

namespace saker {
namespace {

std::vector<std::string> training(const std::string& out, const std::string& data) {
  return test::small_training(out, data, 6, {"logger_args.val_every_num_steps=3"});
}

class KillAndResume : public ::testing::TestWithParam<int> {};

TEST_P(KillAndResume, EndsLikeAnUnbrokenRun) {
  const test::TemporaryFolder folder;
  const std::string data = test::small_scenes(folder / "data");
  ASSERT_EQ(test::run_program(training(folder / "whole", data)).exit_code, 0);

  const std::string out = folder / "broken";
  const int code = test::signal_when_written(
      training(out, data), out + "/checkpoints/last.ckpt", GetParam(), folder / "log");
  EXPECT_EQ(code, GetParam() == SIGKILL ? 128 + SIGKILL : 130);
  std::vector<std::string> again = training(out, data);
  again.emplace_back("--resume-interrupted");
  const test::ProgramResult resumed = test::run_program(again);
  ASSERT_EQ(resumed.exit_code, 0) << resumed.errors;

  const PickleValue whole = read_checkpoint(folder / "whole/checkpoints/last.ckpt");
  const PickleValue broken = read_checkpoint(folder / "broken/checkpoints/last.ckpt");
  for (const char* key : {"train_model", "optimizer", "scheduler", "step", "cpp_state"})
    EXPECT_TRUE(whole.at(key) == broken.at(key)) << key;
}

INSTANTIATE_TEST_SUITE_P(Signals, KillAndResume, ::testing::Values(SIGKILL, SIGINT, SIGTERM));

}  // namespace
}  // namespace saker
