// A disk that fills up while a run saves: one clear line, exit code 1, and what was saved before
// stays.
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "core/file.hpp"
#include "small_training.hpp"
#include "temporary_folder.hpp"

namespace saker {
namespace {

class FullDisk : public ::testing::Test {
 protected:
  void SetUp() override {
    data_ = test::small_scenes(folder_ / "data");
    std::filesystem::create_directory(disk_);
  }

  // Leaves a run that was stopped after its first steps.
  void begin_training() const {
    ASSERT_EQ(test::signal_when_written(
                  test::small_training(run_, data_, kSteps), last_, SIGINT, folder_ / "log"),
              130);
  }

  std::vector<std::string> resumed_training() const {
    return test::small_training(run_, data_, kSteps, {"--resume-interrupted"});
  }

  void expect_one_clear_line(const test::ProgramResult& result, const std::string& reason) const {
    test::expect_one_clear_line(result, run_, reason);
  }

  void expect_only_whole_files() const {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(run_))
      EXPECT_NE(entry.path().extension(), ".tmp") << entry.path();
  }

  static constexpr int kSteps = 6;

  test::TemporaryFolder folder_;
  std::string data_;
  std::filesystem::path disk_ = folder_ / "disk";
  std::string run_ = disk_ / "run";
  std::filesystem::path last_ = run_ + "/checkpoints/last.ckpt";
};

TEST_F(FullDisk, CheckpointBeyondTheLimitOfFiles) {
  ASSERT_NO_FATAL_FAILURE(begin_training());
  const std::string before = read_text_file(last_);
  expect_one_clear_line(test::run_program(resumed_training(), {.file_bytes = 1 << 20}),
                        "File too large");
  EXPECT_TRUE(read_text_file(last_) == before);
  expect_only_whole_files();
  // With room again the run goes on from there.
  EXPECT_EQ(test::run_program(resumed_training()).exit_code, 0);
}

// A small disk of its own, which takes the right to mount one.
class SmallDisk : public FullDisk {
 protected:
  void SetUp() override {
    FullDisk::SetUp();
    mounted_ = ::unshare(CLONE_NEWNS) == 0 &&
               ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
               ::mount("none", disk_.c_str(), "tmpfs", 0, "size=96m") == 0;
    if (!mounted_) GTEST_SKIP() << "cannot mount a small disk: " << std::strerror(errno);
    ASSERT_NO_FATAL_FAILURE(begin_training());
  }
  void TearDown() override {
    if (mounted_) ::umount(disk_.c_str());
  }

  // Leaves that many bytes free.
  void fill(std::uintmax_t left) const {
    const std::filesystem::path filler = disk_ / "filler";
    const std::string block(1 << 16, 'x');
    std::ofstream file(filler, std::ios::binary);
    while (file.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
    }
    file.close();
    std::filesystem::resize_file(filler, std::filesystem::file_size(filler) - left);
  }

 private:
  bool mounted_ = false;
};

TEST_F(SmallDisk, FullWhileTheCheckpointIsWritten) {
  const std::string before = read_text_file(last_);
  fill(1 << 20);
  expect_one_clear_line(test::run_program(resumed_training()), "free some space");
  EXPECT_TRUE(read_text_file(last_) == before);
  expect_only_whole_files();
  std::filesystem::remove(disk_ / "filler");
  EXPECT_EQ(test::run_program(resumed_training()).exit_code, 0);
}

TEST_F(SmallDisk, FullFromTheStart) {
  const std::string before = read_text_file(last_);
  fill(0);
  expect_one_clear_line(test::run_program(resumed_training()), "No space left");
  EXPECT_TRUE(read_text_file(last_) == before);
}

}  // namespace
}  // namespace saker
