#include "train/run_folder.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/atomic_file.hpp"
#include "saker/error.hpp"
#include "temporary_folder.hpp"

namespace saker {
namespace {

TEST(RunFolder, NewAndEmptyFoldersAreFine) {
  const test::TemporaryFolder folder;
  EXPECT_NO_THROW(RunFolder::require_usable(folder / "new/deep", false, false));
  EXPECT_NO_THROW(RunFolder::require_usable(folder.path(), false, false));
  RunFolder(folder / "new/deep").make();
  EXPECT_TRUE(std::filesystem::is_directory(folder / "new/deep"));
}

TEST(RunFolder, AFolderInUseNeedsPermission) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "a.txt", "kept");
  try {
    RunFolder::require_usable(folder.path(), false, false);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    for (const char* word : {"not empty", "overwrite", "resume_interrupted"}) {
      EXPECT_NE(std::string(error.what()).find(word), std::string::npos) << error.what();
    }
  }
  EXPECT_NO_THROW(RunFolder::require_usable(folder.path(), true, false));
  EXPECT_NO_THROW(RunFolder::require_usable(folder.path(), false, true));
  EXPECT_TRUE(std::filesystem::exists(folder / "a.txt"));
}

TEST(RunFolder, AFileIsNoFolder) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "a.txt", "");
  EXPECT_THROW(RunFolder::require_usable(folder / "a.txt", true, false), Error);
  EXPECT_THROW(RunFolder::require_usable("", true, false), Error);
}

// Of the half-written files only those of processes that are gone.
TEST(RunFolder, LeftoversAreRemoved) {
  const test::TemporaryFolder folder;
  const pid_t gone = ::fork();
  if (gone == 0) ::_exit(0);
  ::waitpid(gone, nullptr, 0);
  const std::string leftover = "checkpoints/.last.ckpt." + std::to_string(gone) + ".tmp";
  const std::string alive = "checkpoints/.last.ckpt." + std::to_string(::getpid()) + ".tmp";
  for (const std::string& file : {leftover, alive, std::string("notes.tmp")})
    write_file_atomically(folder / file, "half");
  RunFolder(folder.path()).remove_leftovers();
  EXPECT_FALSE(std::filesystem::exists(folder / leftover));
  EXPECT_TRUE(std::filesystem::exists(folder / alive));
  EXPECT_TRUE(std::filesystem::exists(folder / "notes.tmp"));
  RunFolder(folder / "absent").remove_leftovers();
}

}  // namespace
}  // namespace saker
