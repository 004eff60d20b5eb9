// With a program of the test in place of the real one.
#include "loggers/wandb_sync.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "core/file.hpp"
#include "environment.hpp"
#include "temporary_folder.hpp"

namespace saker {
namespace {

using namespace std::chrono_literals;

class WandbSync : public ::testing::Test {
 protected:
  WandbSync() { std::filesystem::create_directories(folder_ / "run/logs"); }

  void install(const std::string& script) {
    const std::filesystem::path program = folder_ / "bin/wandb";
    std::filesystem::create_directory(program.parent_path());
    std::ofstream(program) << "#!/bin/sh\n" << script << '\n';
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  }

  test::TemporaryFolder folder_;
  test::ScopedVariable path_{"PATH", (folder_ / "bin").string() + ":/usr/bin:/bin"};
};

TEST_F(WandbSync, TheProgramGetsTheFolder) {
  install("echo \"$@\"; echo trouble >&2");
  EXPECT_EQ(run_wandb_sync(folder_ / "run", 10s), "");
  EXPECT_EQ(read_text_file(folder_ / "run/logs/sync.log"),
            "sync " + (folder_ / "run").string() + "\ntrouble\n");
}

TEST_F(WandbSync, AFailureNamesTheLog) {
  install("exit 3");
  const std::string problem = run_wandb_sync(folder_ / "run", 10s);
  EXPECT_NE(problem.find((folder_ / "run/logs/sync.log").string()), std::string::npos) << problem;
}

TEST_F(WandbSync, WithoutTheProgramItSaysWhatBringsIt) {
  const test::ScopedVariable path("PATH", folder_.path().string());
  EXPECT_NE(run_wandb_sync(folder_ / "run", 10s).find("pip install wandb"), std::string::npos);
}

TEST_F(WandbSync, AHangingProgramIsEnded) {
  install("exec sleep 60");
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_NE(run_wandb_sync(folder_ / "run", 100ms).find("stopped"), std::string::npos);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

TEST(WandbSyncCommand, QuotesWhatAShellWouldTakeApart) {
  EXPECT_EQ(wandb_sync_command("out/wandb/run"), "wandb sync out/wandb/run");
  EXPECT_EQ(wandb_sync_command("my out/it's"), "wandb sync 'my out/it'\\''s'");
}

}  // namespace
}  // namespace saker
