// Several processes that train one model, as users start them.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "core/file.hpp"
#include "small_training.hpp"
#include "temporary_folder.hpp"

namespace saker {
namespace {

// Its gradients follow the rounding of batch norm at the start, see tests/train/data_parallel_test.
constexpr double kPicodetTolerance = 2e-2;

constexpr const char* kTimeout = "SAKER_PROCESS_TIMEOUT_SEC";

using Curves = std::map<std::string, std::map<std::int64_t, double>>;  // tag -> step -> value

Curves curves_of(const std::string& run) {
  Curves curves;
  std::ifstream file(run + "/metrics.jsonl");
  for (std::string line; std::getline(file, line);) {
    const auto record = nlohmann::json::parse(line);
    for (const auto& [tag, value] : record.items()) {
      if (value.is_number() && tag != "step")
        curves[tag][record.at("step").get<std::int64_t>()] = value.get<double>();
    }
  }
  return curves;
}

// Of step 1 within rounding; later ones within what rounding has grown to.
void expect_equal_curves(const Curves& one, const Curves& several, double tolerance) {
  for (const char* tag : {"train_loss", "val_loss", "val_metric/map", "val_metric/map_50"}) {
    ASSERT_TRUE(one.contains(tag) && several.contains(tag)) << tag;
    ASSERT_EQ(one.at(tag).size(), several.at(tag).size()) << tag;
    for (const auto& [step, value] : one.at(tag)) {
      const double allowed = step == 0 ? 1e-4 : tolerance;
      EXPECT_NEAR(several.at(tag).at(step), value, allowed * std::max(1.0, std::fabs(value)))
          << tag << " of step " << step + 1;
    }
  }
}

std::vector<pid_t> children_of(pid_t process) {
  const std::string id = std::to_string(process);
  std::ifstream file("/proc/" + id + "/task/" + id + "/children");
  std::vector<pid_t> children;
  for (pid_t child = 0; file >> child;) children.push_back(child);
  return children;
}

class Distributed : public ::testing::Test {
 protected:
  // Batches of 6 of 12 images; what mixes images of a batch is off, since it mixes those of one
  // process.
  std::vector<std::string> training(const std::string& out,
                                    const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = test::small_training(folder_ / out, data_, 4, more);
    for (const char* setting : {"batch_size=6",
                                "num_workers=1",
                                "precision=32-true",
                                "sync_batchnorm=true",
                                "logger_args.log_every_num_steps=1",
                                "logger_args.val_every_num_steps=2",
                                "logger_args.tensorboard=null"})
      arguments.emplace_back(setting);
    return arguments;
  }
  Curves curves(const std::string& out) const { return curves_of(folder_ / out); }

  // What the program that writes to NAME.log says.
  std::string errors_of(const std::string& name) const {
    const std::filesystem::path file = folder_ / (name + ".log.errors");
    return std::filesystem::exists(file) ? read_text_file(file) : "";
  }

  // Starts a long training of two processes and returns it with its second one, once it has saved.
  std::pair<pid_t, pid_t> start_two(const std::string& out) const {
    std::vector<std::string> arguments = training(out, {"devices=2"});
    arguments.emplace_back("steps=100000");
    const pid_t process = test::start_program(arguments, folder_ / (out + ".log"));
    const std::filesystem::path saved = folder_ / out / "checkpoints" / "last.ckpt";
    for (int i = 0; i < 3000 && !std::filesystem::exists(saved); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    const std::vector<pid_t> children = children_of(process);
    EXPECT_EQ(children.size(), 1U) << errors_of(out);
    return {process, children.empty() ? 0 : children[0]};
  }

  void expect_resumes(const std::string& out) const {
    std::vector<std::string> arguments = training(out, {"--resume-interrupted", "devices=2"});
    arguments.emplace_back("steps=100000");
    const pid_t process = test::start_program(arguments, folder_ / "again.log");
    const auto says = [&](const char* text) {
      return errors_of("again").find(text) != std::string::npos;
    };
    for (int i = 0; i < 600 && !says("Train Step") && !says("error:"); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    ::kill(process, SIGTERM);
    EXPECT_EQ(test::wait_for_program(process), 130) << errors_of("again");
    EXPECT_TRUE(says("Resuming training from step")) << errors_of("again");
  }

  test::TemporaryFolder folder_;
  std::string data_ = test::small_scenes(folder_ / "data", 12);
};

TEST_F(Distributed, TwoAndThreeProcessesTrainLikeOne) {
  ASSERT_EQ(test::run_program(training("one")).exit_code, 0);
  for (const std::string count : {"2", "3"}) {
    const test::ProgramResult result = test::run_program(training(count, {"devices=" + count}));
    ASSERT_EQ(result.exit_code, 0) << result.errors;
    EXPECT_NE(result.errors.find(count + " processes train together"), std::string::npos)
        << result.errors;
    expect_equal_curves(curves("one"), curves(count), kPicodetTolerance);
  }
}

TEST_F(Distributed, TheFirstTellsOfUnreadableImagesOfAll) {
  std::vector<std::filesystem::path> damaged;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ / "data")) {
    if (entry.is_regular_file() && entry.path().string().find("train") != std::string::npos &&
        entry.path().extension() != ".txt")
      damaged.push_back(entry.path());
  }
  ASSERT_EQ(damaged.size(), 12U);
  std::sort(damaged.begin(), damaged.end());
  damaged.resize(6);
  for (const std::filesystem::path& path : damaged) std::ofstream(path) << "no image";
  const test::ProgramResult result =
      test::run_program(training("two", {"devices=2", "image_args.unreadable=replace"}));
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  const std::string log = read_text_file(folder_ / "two" / "train.log");
  // In two epochs each is asked for, in one of the processes or in both.
  for (const std::filesystem::path& path : damaged)
    EXPECT_NE(log.find(path.filename().string()), std::string::npos) << path << "\n" << log;
  EXPECT_NE(log.find("rank 1: "), std::string::npos) << log;
}

TEST_F(Distributed, LtdetrToo) {
  const std::vector<std::string> more = {"model=dinov3/vitt16-notpretrained-ltdetr",
                                         "transform_args.image_size=[128,128]",
                                         "transform_args.mosaic=null",
                                         "transform_args.mixup=null",
                                         "transform_args.copyblend=null",
                                         "transform_args.scale_jitter=null"};
  std::vector<std::string> two = more;
  two.emplace_back("devices=2");
  const test::ProgramResult alone = test::run_program(training("one", more));
  ASSERT_EQ(alone.exit_code, 0) << alone.errors;
  const test::ProgramResult result = test::run_program(training("two", two));
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  expect_equal_curves(curves("one"), curves("two"), 2e-3);
}

// What torchrun sets, without torchrun.
TEST_F(Distributed, ALauncherStartsTheProcesses) {
  ASSERT_EQ(test::run_program(training("one")).exit_code, 0);
  ::setenv("WORLD_SIZE", "2", 1);
  ::setenv("LOCAL_WORLD_SIZE", "2", 1);
  ::setenv("MASTER_ADDR", "127.0.0.1", 1);
  ::setenv("MASTER_PORT", std::to_string(20000 + ::getpid() % 20000).c_str(), 1);
  std::vector<pid_t> processes;
  for (const char* rank : {"0", "1"}) {
    ::setenv("RANK", rank, 1);
    ::setenv("LOCAL_RANK", rank, 1);
    processes.push_back(
        test::start_program(training("two"), folder_ / (std::string("rank") + rank + ".log")));
  }
  for (const char* name :
       {"WORLD_SIZE", "LOCAL_WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT", "RANK", "LOCAL_RANK"})
    ::unsetenv(name);
  for (std::size_t rank = 0; rank < processes.size(); ++rank) {
    EXPECT_EQ(test::wait_for_program(processes[rank]), 0)
        << errors_of("rank" + std::to_string(rank));
  }
  expect_equal_curves(curves("one"), curves("two"), kPicodetTolerance);
  // Rank 0 alone speaks.
  EXPECT_EQ(errors_of("rank1").find("Train Step"), std::string::npos);
}

TEST_F(Distributed, ADeadProcessEndsTheRunWithItsName) {
  const auto [process, second] = start_two("run");
  ::kill(second, SIGKILL);
  const auto begin = std::chrono::steady_clock::now();
  const int exit_code = test::wait_for_program(process);
  const std::string log = errors_of("run");
  EXPECT_EQ(exit_code, 1) << log;
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30));
  EXPECT_NE(log.find("rank 1 of 2 (process " + std::to_string(second)), std::string::npos) << log;
  EXPECT_NE(log.find("ended by signal 9"), std::string::npos) << log;
  expect_resumes("run");
}

TEST_F(Distributed, AHangingProcessEndsTheRunWithItsName) {
  ::setenv(kTimeout, "10", 1);
  const auto [process, second] = start_two("run");
  ::unsetenv(kTimeout);
  ::kill(second, SIGSTOP);
  const auto begin = std::chrono::steady_clock::now();
  const int exit_code = test::wait_for_program(process);
  const std::string log = errors_of("run");
  EXPECT_EQ(exit_code, 1) << log;
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(60));
  EXPECT_NE(log.find("rank 1 of 2 (process " + std::to_string(second)), std::string::npos) << log;
  EXPECT_NE(::kill(second, 0), 0);  // it does not outlive the run
}

TEST_F(Distributed, AStopRequestToOneStopsAll) {
  const auto [process, second] = start_two("run");
  ::kill(process, SIGTERM);
  EXPECT_EQ(test::wait_for_program(process), 130) << errors_of("run");
  expect_resumes("run");
}

TEST_F(Distributed, SettingsThatDoNotFit) {
  const auto problem = [&](const std::vector<std::string>& more) {
    return test::run_program(training("bad", more));
  };
  const test::ProgramResult odd = problem({"devices=4"});
  EXPECT_EQ(odd.exit_code, 2) << odd.errors;
  EXPECT_NE(odd.errors.find("batch_size"), std::string::npos) << odd.errors;
  const test::ProgramResult word = problem({"devices=two"});
  EXPECT_EQ(word.exit_code, 2) << word.errors;
  EXPECT_NE(word.errors.find("'two'"), std::string::npos) << word.errors;
  const test::ProgramResult nodes = problem({"num_nodes=2"});
  EXPECT_EQ(nodes.exit_code, 2) << nodes.errors;
  EXPECT_NE(nodes.errors.find("torchrun"), std::string::npos) << nodes.errors;
  EXPECT_FALSE(std::filesystem::exists(folder_ / "bad"));
}

}  // namespace
}  // namespace saker
