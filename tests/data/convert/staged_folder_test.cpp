#include "data/convert/staged_folder.hpp"

#include <gtest/gtest.h>

#include "error_message.hpp"
#include "temporary_folder.hpp"
#include "write_files.hpp"

namespace saker {
namespace {

namespace fs = std::filesystem;

TEST(StagedFolder, AppearsWhenItIsCommitted) {
  const test::TemporaryFolder folder;
  const fs::path out = folder / "deep/out";
  StagedFolder staged(out);
  test::write_text(staged.path() / "a/b", "text");
  EXPECT_FALSE(fs::exists(out));
  staged.commit();
  EXPECT_TRUE(fs::exists(out / "a/b"));
  EXPECT_FALSE(fs::exists(staged.path()));
}

TEST(StagedFolder, ReplacesAnEmptyFolder) {
  const test::TemporaryFolder folder;
  fs::create_directory(folder / "out");
  StagedFolder staged(folder / "out/");
  test::write_text(staged.path() / "a", "text");
  staged.commit();
  EXPECT_TRUE(fs::exists(folder / "out/a"));
}

TEST(StagedFolder, NothingStaysOfOneThatIsNotCommitted) {
  const test::TemporaryFolder folder;
  { test::write_text(StagedFolder(folder / "out").path() / "a", "text"); }
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(StagedFolder, AFolderThatIsNotEmptyIsAnError) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "out/a", "text");
  EXPECT_TRUE(test::contains(
      test::message_of(ErrorKind::kUsage, [&] { StagedFolder staged(folder / "out"); }),
      "is not empty"));
  EXPECT_TRUE(test::contains(
      test::message_of(ErrorKind::kUsage, [&] { StagedFolder staged(folder / "out/a"); }),
      "is no folder"));
  fs::create_directory(folder / "other.partial");
  EXPECT_TRUE(test::contains(
      test::message_of(ErrorKind::kUsage, [&] { StagedFolder staged(folder / "other"); }),
      "another conversion writes it, or was stopped"));
  EXPECT_TRUE(fs::exists(folder / "other.partial"));
}

}  // namespace
}  // namespace saker
