#include "weights/checksum_record.hpp"

#include <gtest/gtest.h>

#include "core/atomic_file.hpp"
#include "core/file.hpp"
#include "expect_error.hpp"
#include "temporary_folder.hpp"

namespace saker {
namespace {

const std::string kOther(64, '0');

TEST(ChecksumRecord, IsWhatSha256sumReads) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "a.pt", "abc");
  EXPECT_FALSE(read_checksum_record(folder / "a.pt"));
  const std::string sha256 = current_sha256(folder / "a.pt");
  write_checksum_record(folder / "a.pt", sha256);
  const std::string text = read_text_file(folder / "a.pt.sha256");
  EXPECT_TRUE(text.starts_with(sha256 + "  a.pt\n# size 3 modified ")) << text;
  EXPECT_EQ(read_checksum_record(folder / "a.pt")->sha256, sha256);
  EXPECT_EQ(read_checksum_record(folder / "a.pt")->size, 3U);
}

// The recorded checksum is a wrong one here, which shows when it is used.
TEST(ChecksumRecord, SavesReadingAnUnchangedFile) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "a.pt", "abc");
  write_checksum_record(folder / "a.pt", kOther);
  EXPECT_EQ(current_sha256(folder / "a.pt"), kOther);
  std::filesystem::last_write_time(
      folder / "a.pt",
      std::filesystem::last_write_time(folder / "a.pt") + std::chrono::nanoseconds(1));
  EXPECT_NE(current_sha256(folder / "a.pt"), kOther);
  write_checksum_record(folder / "a.pt", kOther);
  write_file_atomically(folder / "a.pt", "abcd");
  EXPECT_NE(current_sha256(folder / "a.pt"), kOther);
}

TEST(ChecksumRecord, OfAnotherProgramTellsOnlyTheChecksum) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "a.pt", "abc");
  write_file_atomically(folder / "a.pt.sha256", kOther + "  a.pt\n");
  EXPECT_EQ(read_checksum_record(folder / "a.pt")->sha256, kOther);
  EXPECT_NE(current_sha256(folder / "a.pt"), kOther);
}

TEST(ChecksumRecord, DamagedOneIsAnError) {
  const test::TemporaryFolder folder;
  for (const std::string& text : {std::string(), std::string("abc"), std::string(64, 'g')}) {
    write_file_atomically(folder / "a.pt.sha256", text);
    test::expect_error(ErrorKind::kIo, {"a.pt.sha256", "delete it"}, [&] {
      read_checksum_record(folder / "a.pt");
    });
  }
}

}  // namespace
}  // namespace saker
