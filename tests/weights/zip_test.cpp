#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "core/file.hpp"
#include "expect_error.hpp"
#include "temporary_folder.hpp"
#include "weights/zip_reader.hpp"
#include "weights/zip_writer.hpp"

namespace saker {
namespace {

using test::expect_error;
using Bytes = std::vector<std::byte>;

constexpr const char* kHello = "hello, zip";

struct Archive {
  explicit Archive(const Bytes& bytes) : source(bytes), zip(source, "a.zip") {}
  MemorySource source;
  ZipReader zip;
};

Bytes two_entries(const ZipWriter::Options& options = {}) {
  const test::TemporaryFolder folder;
  ZipWriter zip(folder / "a.zip", options);
  zip.add("root/hello", kHello);
  zip.add("root/data/0", std::string(100, 'x'));
  zip.finish();
  return read_file(folder / "a.zip");
}

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The offset of the n-th appearance of four bytes.
std::size_t offset_of(const Bytes& bytes, std::uint32_t signature, int n = 0) {
  std::byte pattern[4];
  std::memcpy(pattern, &signature, 4);
  auto at = bytes.begin();
  for (;; ++at) {
    at = std::search(at, bytes.end(), pattern, pattern + 4);
    if (n-- == 0) return static_cast<std::size_t>(at - bytes.begin());
  }
}

template <typename T>
void put(Bytes& bytes, std::size_t offset, T value) {
  std::memcpy(bytes.data() + offset, &value, sizeof(value));
}

void check_two_entries(const Bytes& bytes) {
  const Archive archive(bytes);
  const ZipReader& zip = archive.zip;
  ASSERT_EQ(zip.entries().size(), 2U);
  EXPECT_EQ(text_of(zip.read(*zip.find("root/hello"))), kHello);
  EXPECT_EQ(text_of(zip.read(*zip.find("root/data/0"))), std::string(100, 'x'));
  EXPECT_EQ(zip.find("root"), nullptr);
  for (const ZipReader::Entry& entry : zip.entries())
    EXPECT_EQ(entry.offset % 64, 0U) << entry.name;
}

TEST(Zip, RoundTripIsAligned) { check_two_entries(two_entries()); }

TEST(Zip, RoundTripAsZip64) {
  for (const std::uint64_t from : {0, 50, 101, 150}) {
    SCOPED_TRACE(from);
    check_two_entries(two_entries({.zip64_from = from}));
  }
}

TEST(Zip, ManyEntriesNeedZip64) {
  const test::TemporaryFolder folder;
  ZipWriter writer(folder / "a.zip");
  for (int i = 0; i < 70000; ++i) writer.add(std::to_string(i), "");
  writer.finish();
  const Bytes bytes = read_file(folder / "a.zip");
  EXPECT_EQ(Archive(bytes).zip.entries().size(), 70000U);
}

TEST(Zip, NothingAppearsBeforeFinish) {
  const test::TemporaryFolder folder;
  {
    ZipWriter zip(folder / "a.zip");
    zip.add("hello", kHello);
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Zip, EqualContentsGiveEqualFiles) { EXPECT_EQ(two_entries(), two_entries()); }

TEST(Zip, EveryTruncationIsAnError) {
  for (const std::uint64_t from : {std::uint64_t{0}, std::uint64_t{0xffffffff}}) {
    const Bytes bytes = two_entries({.zip64_from = from});
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      expect_error(ErrorKind::kCheckpoint, {"a.zip", "damaged"}, [&] {
        // A copy of exactly that size, so that a sanitizer sees every read beyond it.
        const Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
        const Archive archive(cut);
      });
    }
  }
}

TEST(Zip, AFlippedBitIsAChecksumError) {
  Bytes bytes = two_entries();
  bytes[Archive(bytes).zip.find("root/hello")->offset] ^= std::byte{1};
  const Archive archive(bytes);
  const ZipReader& zip = archive.zip;
  expect_error(ErrorKind::kCheckpoint, {"a.zip", "root/hello", "checksum"}, [&] {
    static_cast<void>(zip.read(*zip.find("root/hello")));
  });
}

TEST(Zip, CompressedAndEncryptedEntriesAreRefused) {
  Bytes bytes = two_entries();
  const std::size_t header = offset_of(bytes, 0x02014b50);
  put<std::uint16_t>(bytes, header + 10, 8);
  expect_error(ErrorKind::kCheckpoint, {"root/hello", "compressed", "zip -0"}, [&] {
    const Archive archive(bytes);
  });
  put<std::uint16_t>(bytes, header + 10, 0);
  put<std::uint16_t>(bytes, header + 8, 1);
  expect_error(
      ErrorKind::kCheckpoint, {"root/hello", "encrypted"}, [&] { const Archive archive(bytes); });
}

TEST(Zip, LyingSizesAreErrors) {
  const Bytes good = two_entries();
  const std::size_t header = offset_of(good, 0x02014b50), end = offset_of(good, 0x06054b50);
  const auto expect_damaged =
      [&](std::size_t offset, std::uint32_t value, bool both_sizes = false) {
        Bytes bytes = good;
        put(bytes, offset, value);
        if (both_sizes) put(bytes, offset - 4, value);
        expect_error(ErrorKind::kCheckpoint, {"damaged"}, [&] { const Archive archive(bytes); });
      };
  expect_damaged(header + 24, 0xfffffffe, true);  // size of an entry
  expect_damaged(header + 24, 0xffffffff, true);  // ZIP64 without its field
  expect_damaged(header + 24, 5);                 // two different sizes
  expect_damaged(header + 42, 0xfffffff0);        // place of an entry
  expect_damaged(header + 42, 7);
  expect_damaged(end + 12, 0xfffffff0);  // size of the directory
  expect_damaged(end + 16, 0xfffffff0);  // place of the directory
  Bytes bytes = good;
  put<std::uint16_t>(bytes, end + 10, 60000);
  expect_error(
      ErrorKind::kCheckpoint, {"claims 60000 entries"}, [&] { const Archive archive(bytes); });
}

TEST(Zip, OverlappingEntriesAreAnError) {
  // Both headers name the larger entry, together more than the file holds.
  const test::TemporaryFolder folder;
  ZipWriter writer(folder / "a.zip");
  writer.add("a", std::string(5000, 'x'));
  writer.add("b", std::string(1, 'x'));
  writer.finish();
  Bytes bytes = read_file(folder / "a.zip");
  const std::size_t second = offset_of(bytes, 0x02014b50, 1);
  put<std::uint32_t>(bytes, second + 20, 5000);
  put<std::uint32_t>(bytes, second + 24, 5000);
  put<std::uint32_t>(bytes, second + 42, 0);
  expect_error(ErrorKind::kCheckpoint, {"overlap"}, [&] { const Archive archive(bytes); });
}

TEST(Zip, RandomDamageNeverEscapes) {
  const Bytes good = two_entries();
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const auto value : {std::byte{0}, std::byte{0xff}, std::byte{0x80}}) {
      Bytes bytes = good;
      bytes[i] = value;
      try {
        const Archive archive(bytes);
        const ZipReader& zip = archive.zip;
        for (const ZipReader::Entry& entry : zip.entries()) static_cast<void>(zip.read(entry));
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::kCheckpoint);
      }
    }
  }
}

}  // namespace
}  // namespace saker
