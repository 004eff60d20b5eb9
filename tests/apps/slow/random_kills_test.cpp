// Thirty kills at random moments, each followed by a resume: every run that ends has the weights of
// the unbroken one.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "../small_training.hpp"
#include "core/file.hpp"
#include "core/random_stream.hpp"
#include "temporary_folder.hpp"
#include "weights/checkpoint_file.hpp"

namespace saker {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kKills = 30;
constexpr int kSteps = 24;

std::vector<std::string> training(const std::string& run, const std::string& data) {
  std::vector<std::string> arguments =
      test::small_training(run,
                           data,
                           kSteps,
                           {"save_checkpoint_args.save_every_num_steps=3",
                            "logger_args.val_every_num_steps=8",
                            "logger_args.log_every_num_steps=1"});
  // Before the first checkpoint there is nothing to resume.
  if (std::filesystem::exists(run + "/checkpoints/last.ckpt")) {
    arguments.emplace_back("--resume-interrupted");
  } else {
    arguments.emplace_back("--overwrite");
  }
  return arguments;
}

bool holds_temporary_file(const std::filesystem::path& folder) {
  std::error_code ignored;
  for (std::filesystem::directory_iterator entry(folder, ignored), end; entry != end;
       entry.increment(ignored)) {
    if (entry->path().extension() == ".tmp") return true;
  }
  return false;
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

// A moment to kill at: while a file is written, some milliseconds after a line of the log, or any
// time after the start.
class Moment {
 public:
  explicit Moment(RandomStream& draws)
      : kind_(draws.uniform_int(0, 2)),
        lines_(static_cast<std::size_t>(draws.uniform_int(1, 8))),
        delay_(draws.uniform(0, kind_ == 2 ? 3 : 0.2)) {}

  // Returns when it has come, or the program has ended.
  void wait(const std::string& run, const std::string& errors, pid_t process) const {
    const auto is_due = [&] {
      if (kind_ == 0) {
        return holds_temporary_file(run + "/checkpoints") ||
               holds_temporary_file(run + "/exported_models");
      }
      return kind_ == 2 || (std::filesystem::exists(errors) &&
                            count_of(read_text_file(errors), "Train Step") >= lines_);
    };
    const auto has_ended = [&] {
      siginfo_t info = {};
      ::waitid(P_PID, static_cast<id_t>(process), &info, WEXITED | WNOHANG | WNOWAIT);
      return info.si_pid != 0;
    };
    while (!is_due() && !has_ended()) std::this_thread::sleep_for(std::chrono::microseconds(300));
    if (kind_ == 0) return;
    const auto end = Clock::now() + std::chrono::duration<double>(delay_);
    while (Clock::now() < end && !has_ended())
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

 private:
  std::int64_t kind_;
  std::size_t lines_;
  double delay_;  // seconds
};

TEST(RandomKills, LoseNothing) {
  const test::TemporaryFolder folder;
  const std::string data = test::small_scenes(folder / "data");
  ASSERT_EQ(test::run_program(training(folder / "whole", data)).exit_code, 0);
  const PickleValue whole = read_checkpoint(folder / "whole/checkpoints/last.ckpt");

  RandomStream draws({.seed = 30, .purpose = "random kills"});
  int kills = 0, runs = 0;
  while (kills < kKills) {
    const std::string run = folder / ("run" + std::to_string(runs++));
    for (bool ended = false; !ended;) {
      const std::vector<std::string> arguments = training(run, data);
      const pid_t process = test::start_program(arguments, folder / "log");
      if (kills < kKills) {
        Moment(draws).wait(run, folder / "log.errors", process);
        ::kill(process, SIGKILL);
      }
      const int code = test::wait_for_program(process);
      ended = code == 0;
      if (code == 128 + SIGKILL) ++kills;
      ASSERT_TRUE(ended || code == 128 + SIGKILL)
          << "after " << kills << " kills: " << read_text_file(folder / "log.errors");
    }
    const PickleValue broken = read_checkpoint(run + "/checkpoints/last.ckpt");
    for (const char* key : {"train_model", "optimizer", "scheduler", "step", "cpp_state"})
      EXPECT_TRUE(whole.at(key) == broken.at(key)) << run << ": " << key;
    EXPECT_FALSE(holds_temporary_file(run + "/checkpoints"));
    EXPECT_FALSE(holds_temporary_file(run + "/exported_models"));
  }
  RecordProperty("runs", runs);
}

}  // namespace
}  // namespace saker
