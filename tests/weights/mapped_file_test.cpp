#include "weights/mapped_file.hpp"

#include <gtest/gtest.h>

#include "core/atomic_file.hpp"
#include "saker/error.hpp"
#include "temporary_folder.hpp"

namespace saker {
namespace {

TEST(MappedFile, HoldsTheBytes) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "a", "abc");
  const MappedFile file(folder / "a");
  ASSERT_EQ(file.bytes().size(), 3U);
  EXPECT_EQ(file.bytes()[1], std::byte{'b'});
}

TEST(MappedFile, KeepsItsBytesWhenTheFileIsReplaced) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "a", "abc");
  const MappedFile file(folder / "a");
  write_file_atomically(folder / "a", "");
  EXPECT_EQ(file.bytes()[2], std::byte{'c'});
}

TEST(MappedFile, TakesAnEmptyFile) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "a", "");
  EXPECT_TRUE(MappedFile(folder / "a").bytes().empty());
}

TEST(MappedFile, NamesWhatItCannotRead) {
  const test::TemporaryFolder folder;
  for (const auto& path : {folder / "absent", folder.path()}) {
    try {
      const MappedFile file(path);
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kIo);
      EXPECT_NE(std::string(error.what()).find(path.string()), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace saker
