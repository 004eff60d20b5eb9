// A run folder that cannot be written, or that goes away while the run goes on.
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "core/file.hpp"
#include "small_training.hpp"
#include "temporary_folder.hpp"
#include "weights/checkpoint_file.hpp"

namespace saker {
namespace {

// A disk of its own that can be made read-only, which takes the right to mount one; the
// permissions of a folder would not stop a privileged user.
class ReadOnlyDisk : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(disk_);
    mounted_ = ::unshare(CLONE_NEWNS) == 0 &&
               ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
               ::mount("none", disk_.c_str(), "tmpfs", 0, "size=96m") == 0;
    if (!mounted_) GTEST_SKIP() << "cannot mount a disk: " << std::strerror(errno);
  }
  void TearDown() override {
    if (mounted_) ::umount(disk_.c_str());
  }
  void make_read_only() const {
    ASSERT_EQ(::mount("none", disk_.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, "size=96m"), 0);
  }

  test::TemporaryFolder folder_;
  std::filesystem::path disk_ = folder_ / "disk";
  std::string run_ = disk_ / "run";
  std::string data_ = test::small_scenes(folder_ / "data");

 private:
  bool mounted_ = false;
};

TEST_F(ReadOnlyDisk, ANewFolderCannotBeMade) {
  make_read_only();
  test::expect_one_clear_line(
      test::run_program(test::small_training(run_, data_, 1)), run_, "Read-only file system");
}

TEST_F(ReadOnlyDisk, AnEmptyFolderCannotBeWritten) {
  std::filesystem::create_directory(run_);
  make_read_only();
  test::expect_one_clear_line(
      test::run_program(test::small_training(run_, data_, 1)), run_, "Read-only file system");
}

class RemovedFolder : public ::testing::TestWithParam<const char*> {};

// Everything from the removal on is there at the end.
TEST_P(RemovedFolder, IsMadeAgain) {
  const test::TemporaryFolder folder;
  const std::string data = test::small_scenes(folder / "data");
  const std::string run = folder / "run";
  const std::string errors = folder / "log.errors";
  const pid_t process = test::start_program(
      test::small_training(
          run, data, 8, {"logger_args.log_every_num_steps=1", "logger_args.val_every_num_steps=8"}),
      folder / "log");
  while (!std::filesystem::exists(errors) ||
         read_text_file(errors).find("Train Step 5/8") == std::string::npos) {
    ASSERT_EQ(::kill(process, 0), 0);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  ::kill(process, SIGSTOP);
  std::filesystem::remove_all(std::filesystem::path(run) / GetParam());
  ::kill(process, SIGCONT);
  ASSERT_EQ(test::wait_for_program(process), 0) << read_text_file(errors);

  EXPECT_EQ(read_checkpoint(run + "/checkpoints/last.ckpt").at("step").as_int(), 7);
  for (const char* file : {"checkpoints/best.ckpt",
                           "exported_models/exported_last.pt",
                           "exported_models/exported_best.pt",
                           "config.yaml",
                           "train.log",
                           "metrics.jsonl"})
    EXPECT_TRUE(std::filesystem::exists(run + "/" + file)) << file;
  EXPECT_NE(read_text_file(errors).find("went away while the training runs"), std::string::npos)
      << read_text_file(errors);
  EXPECT_NE(read_text_file(run + "/train.log").find("Training completed."), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Folders, RemovedFolder, ::testing::Values("", "checkpoints"));

}  // namespace
}  // namespace saker
