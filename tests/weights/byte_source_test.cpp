#include "weights/byte_source.hpp"

#include <gtest/gtest.h>

#include <array>

#include "core/atomic_file.hpp"
#include "expect_error.hpp"
#include "temporary_folder.hpp"

namespace saker {
namespace {

TEST(ByteSource, FileAndMemoryGiveTheSameBytes) {
  const test::TemporaryFolder folder;
  const std::string text = "abcdef";
  write_file_atomically(folder / "a", text);
  const FileSource file(folder / "a");
  const MemorySource memory(std::as_bytes(std::span(text.data(), text.size())));
  for (const ByteSource* source :
       {static_cast<const ByteSource*>(&file), static_cast<const ByteSource*>(&memory)}) {
    ASSERT_EQ(source->size(), 6U);
    std::array<std::byte, 3> bytes{};
    source->read(2, bytes);
    EXPECT_EQ(bytes, (std::array{std::byte{'c'}, std::byte{'d'}, std::byte{'e'}}));
    source->read(6, {});
  }
}

TEST(ByteSource, ReplacedFileStaysReadable) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "a", "abc");
  const FileSource file(folder / "a");
  write_file_atomically(folder / "a", "");
  std::array<std::byte, 1> byte{};
  file.read(2, byte);
  EXPECT_EQ(byte[0], std::byte{'c'});
}

TEST(ByteSource, ShortenedFileIsAnError) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "a", "abc");
  const FileSource file(folder / "a");
  std::filesystem::resize_file(folder / "a", 1);
  test::expect_error(ErrorKind::kIo, {"/a:", "ends at byte 1", "3 bytes"}, [&] {
    std::array<std::byte, 3> bytes{};
    file.read(0, bytes);
  });
}

TEST(ByteSource, NamesWhatItCannotRead) {
  const test::TemporaryFolder folder;
  for (const auto& path : {folder / "absent", folder.path()}) {
    test::expect_error(ErrorKind::kIo, {path.string()}, [&] { const FileSource file(path); });
  }
}

}  // namespace
}  // namespace saker
