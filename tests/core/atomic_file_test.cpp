#include "core/atomic_file.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "core/file.hpp"
#include "saker/error.hpp"
#include "temporary_folder.hpp"

namespace saker {
namespace {

std::size_t entries(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

TEST(AtomicFile, CommitPutsTheFileInPlaceAlone) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "sub/a.txt", "hello");
  EXPECT_EQ(read_text_file(folder / "sub/a.txt"), "hello");
  EXPECT_EQ(entries(folder / "sub"), 1U);
}

TEST(AtomicFile, WithoutCommitTheOldFileStays) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "a.txt", "old");
  {
    AtomicFile file(folder / "a.txt");
    file.write("new");
  }
  EXPECT_EQ(read_text_file(folder / "a.txt"), "old");
  EXPECT_EQ(entries(folder.path()), 1U);
}

TEST(AtomicFile, AFullDiskIsAnErrorThatNamesTheFile) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  const test::TemporaryFolder folder;
  std::filesystem::create_symlink("/dev/full",
                                  folder / (".a.txt." + std::to_string(::getpid()) + ".tmp"));
  AtomicFile file(folder / "a.txt");
  try {
    file.write("data");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kIo);
    EXPECT_NE(std::string(error.what()).find("a.txt"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("free some space"), std::string::npos) << error.what();
  }
}

TEST(ReadFile, ErrorsNameTheFile) {
  const test::TemporaryFolder folder;
  for (const std::filesystem::path& path : {folder / "absent", folder.path()}) {
    try {
      read_file(path);
      FAIL() << "no error";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kIo);
      EXPECT_TRUE(std::string(error.what()).starts_with(path.string())) << error.what();
    }
  }
}

TEST(ReadFile, RefusesFilesBeyondTheLimit) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "a.txt", "12345");
  EXPECT_THROW(read_file(folder / "a.txt", 4), Error);
  EXPECT_EQ(read_file(folder / "a.txt", 5).size(), 5U);
}

}  // namespace
}  // namespace saker
