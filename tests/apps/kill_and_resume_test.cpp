// Killed at any moment, a run goes on and ends like an unbroken one.
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "data/synth/dataset.hpp"
#include "program.hpp"
#include "temporary_folder.hpp"
#include "tiny_training.hpp"
#include "weights/checkpoint_file.hpp"

namespace saker {
namespace {

std::vector<std::string> training(const std::string& out, const std::string& data) {
  return test::tiny_training(
      out,
      data,
      6,
      {"save_checkpoint_args.save_every_num_steps=1", "logger_args.val_every_num_steps=3"});
}

// Signals the program as soon as the file is there.
int signal_when_written(const std::vector<std::string>& arguments,
                        const std::filesystem::path& file,
                        int signal,
                        const std::string& log) {
  const pid_t process = test::start_program(arguments, log);
  while (!std::filesystem::exists(file) && ::kill(process, 0) == 0)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  ::kill(process, signal);
  return test::wait_for_program(process);
}

class KillAndResume : public ::testing::TestWithParam<int> {};

TEST_P(KillAndResume, EndsLikeAnUnbrokenRun) {
  const test::TemporaryFolder folder;
  const std::string data = write_synthetic_dataset({.out = folder / "data",
                                                    .train_images = 6,
                                                    .val_images = 4,
                                                    .test_images = 0,
                                                    .image_width = 64,
                                                    .image_height = 64})
                               .data_yaml.string();
  ASSERT_EQ(test::run_program(training(folder / "whole", data)).exit_code, 0);

  const std::string out = folder / "broken";
  const int code = signal_when_written(
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
