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
#include "data/synth/dataset.hpp"
#include "program.hpp"
#include "temporary_folder.hpp"

namespace saker {
namespace {

class FullDisk : public ::testing::Test {
 protected:
  void SetUp() override {
    data_ = write_synthetic_dataset({.out = folder_ / "data",
                                     .train_images = 4,
                                     .val_images = 2,
                                     .test_images = 0,
                                     .image_width = 64,
                                     .image_height = 64})
                .data_yaml.string();
    std::filesystem::create_directory(disk_);
  }

  std::vector<std::string> training(int steps) const {
    return {"train",
            "--out",
            run_,
            "--model",
            "picodet/s-416",
            "--data",
            data_,
            "--steps",
            std::to_string(steps),
            "batch_size=2",
            "gradient_accumulation_steps=1",
            "transform_args.image_size=[64,64]",
            "save_checkpoint_args.save_every_num_steps=1"};
  }

  std::vector<std::string> resumed_training() const {
    std::vector<std::string> arguments = training(2);
    arguments.emplace_back("--resume-interrupted");
    return arguments;
  }

  void expect_one_clear_line(const test::ProgramResult& result, const std::string& reason) const {
    EXPECT_EQ(result.exit_code, 1) << result.errors;
    const std::size_t begin = result.errors.find("saker: error: ");
    ASSERT_NE(begin, std::string::npos) << result.errors;
    const std::string line = result.errors.substr(begin);
    EXPECT_EQ(line.find('\n'), line.size() - 1) << line;  // nothing follows it
    EXPECT_NE(line.find(run_), std::string::npos) << line;
    EXPECT_NE(line.find(reason), std::string::npos) << line;
  }

  void expect_only_whole_files() const {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(run_))
      EXPECT_NE(entry.path().extension(), ".tmp") << entry.path();
  }

  test::TemporaryFolder folder_;
  std::string data_;
  std::filesystem::path disk_ = folder_ / "disk";
  std::string run_ = disk_ / "run";
  std::filesystem::path last_ = run_ + "/checkpoints/last.ckpt";
};

TEST_F(FullDisk, CheckpointBeyondTheLimitOfFiles) {
  ASSERT_EQ(test::run_program(training(1)).exit_code, 0);
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
    ASSERT_EQ(test::run_program(training(1)).exit_code, 0);
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
