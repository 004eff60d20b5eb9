#include "core/mapped_file.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "core/file.hpp"
#include "error_message.hpp"
#include "temporary_folder.hpp"
#include "write_files.hpp"

namespace saker {
namespace {

TEST(MappedFile, HoldsTheBytesOfTheFile) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "a", std::string(10000, 'a') + "end");
  const MappedFile file(folder / "a");
  EXPECT_TRUE(std::ranges::equal(file.bytes(), read_file(folder / "a")));
}

TEST(MappedFile, AnEmptyFileHasNoBytes) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "empty", "");
  EXPECT_TRUE(MappedFile(folder / "empty").bytes().empty());
}

TEST(MappedFile, AFileThatIsNotThereIsNamed) {
  const test::TemporaryFolder folder;
  const std::string path = folder / "none";
  EXPECT_TRUE(
      test::message_of(ErrorKind::kIo, [&] { const MappedFile file(path); }).starts_with(path));
  EXPECT_TRUE(test::contains(
      test::message_of(ErrorKind::kIo, [&] { const MappedFile file(folder.path()); }),
      "is a folder"));
}

}  // namespace
}  // namespace saker
