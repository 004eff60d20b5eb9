#include "weights/zip_reader.hpp"

#include <fmt/format.h>
#include <libdeflate.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "saker/error.hpp"
#include "weights/little_endian.hpp"

namespace saker {
namespace {

constexpr std::uint32_t kLocalHeader = 0x04034b50;
constexpr std::uint32_t kDirectoryHeader = 0x02014b50;
constexpr std::uint32_t kEnd = 0x06054b50;
constexpr std::uint32_t kZip64End = 0x06064b50;
constexpr std::uint32_t kZip64Locator = 0x07064b50;
constexpr std::uint64_t kEndSize = 22, kZip64EndSize = 56, kZip64LocatorSize = 20;
constexpr std::uint64_t kDirectoryHeaderSize = 46, kLocalHeaderSize = 30;
constexpr std::uint64_t kMaxCommentSize = 65535;
constexpr std::size_t kBlock = std::size_t{1} << 18;  // stays in the processor's cache
constexpr std::uint32_t kIn64 = 0xffffffff;           // the value stands in the ZIP64 field

std::uint16_t u16(std::span<const std::byte> record, std::size_t at) {
  return load_little_endian<std::uint16_t>(record.data() + at);
}
std::uint32_t u32(std::span<const std::byte> record, std::size_t at) {
  return load_little_endian<std::uint32_t>(record.data() + at);
}
std::uint64_t u64(std::span<const std::byte> record, std::size_t at) {
  return load_little_endian<std::uint64_t>(record.data() + at);
}

// The ZIP64 field among the extra fields of a directory header; empty when absent.
std::span<const std::byte> zip64_field(std::span<const std::byte> extra) {
  while (extra.size() >= 4) {
    const std::uint16_t id = u16(extra, 0);
    const std::size_t size = u16(extra, 2);
    if (size > extra.size() - 4) return {};
    if (id == 1) return extra.subspan(4, size);
    extra = extra.subspan(4 + size);
  }
  return {};
}

}  // namespace

ZipReader::ZipReader(const ByteSource& bytes, std::string source)
    : bytes_(bytes), source_(std::move(source)) {
  read_directory(find_directory());
  by_name_.reserve(entries_.size());
  for (std::size_t i = 0; i < entries_.size(); ++i) by_name_.emplace(entries_[i].name, i);
}

void ZipReader::damaged(const std::string& what) const {
  throw Error(ErrorKind::kCheckpoint,
              fmt::format("{}: {}; the file is damaged or was not copied whole", source_, what));
}

void ZipReader::require_inside(std::uint64_t offset, std::uint64_t size) const {
  if (offset > bytes_.size() || size > bytes_.size() - offset) {
    damaged(
        fmt::format("{} bytes at offset {} lie beyond its end at {}", size, offset, bytes_.size()));
  }
}

std::vector<std::byte> ZipReader::at(std::uint64_t offset, std::uint64_t size) const {
  require_inside(offset, size);
  std::vector<std::byte> bytes(size);
  bytes_.read(offset, bytes);
  return bytes;
}

ZipReader::Directory ZipReader::find_directory() const {
  if (bytes_.size() < kEndSize) damaged("is too short for a zip archive");
  const std::uint64_t tail_size = std::min(bytes_.size(), kEndSize + kMaxCommentSize);
  const std::uint64_t tail_offset = bytes_.size() - tail_size;
  const std::vector<std::byte> tail = at(tail_offset, tail_size);
  for (std::uint64_t offset = tail_size - kEndSize + 1; offset-- > 0;) {
    const std::span<const std::byte> end = std::span(tail).subspan(offset, kEndSize);
    if (u32(end, 0) != kEnd || offset + kEndSize + u16(end, 20) != tail_size) continue;
    const std::uint64_t end_offset = tail_offset + offset;
    if (end_offset >= kZip64LocatorSize &&
        u32(at(end_offset - kZip64LocatorSize, 4), 0) == kZip64Locator) {
      return zip64_directory(end_offset - kZip64LocatorSize);
    }
    if (u16(end, 4) != 0 || u16(end, 6) != 0) damaged("is one part of an archive of several files");
    return {.offset = u32(end, 16), .size = u32(end, 12), .count = u16(end, 10)};
  }
  damaged("has no zip directory at its end");
}

ZipReader::Directory ZipReader::zip64_directory(std::uint64_t locator_offset) const {
  const std::vector<std::byte> locator = at(locator_offset, kZip64LocatorSize);
  const std::vector<std::byte> end = at(u64(locator, 8), kZip64EndSize);
  if (u32(end, 0) != kZip64End) damaged("its ZIP64 directory is not where it should be");
  return {.offset = u64(end, 48), .size = u64(end, 40), .count = u64(end, 32)};
}

void ZipReader::read_directory(const Directory& directory) {
  const std::vector<std::byte> records = at(directory.offset, directory.size);
  std::span<const std::byte> rest = records;
  if (directory.count > rest.size() / kDirectoryHeaderSize) {
    damaged(fmt::format("its directory claims {} entries", directory.count));
  }
  entries_.reserve(directory.count);
  std::uint64_t total = 0;
  for (std::uint64_t i = 0; i < directory.count; ++i) {
    if (rest.size() < kDirectoryHeaderSize || u32(rest, 0) != kDirectoryHeader) {
      damaged(fmt::format("entry {} of its directory is no zip record", i));
    }
    const std::size_t name_size = u16(rest, 28), extra_size = u16(rest, 30),
                      comment_size = u16(rest, 32);
    const std::size_t record_size = kDirectoryHeaderSize + name_size + extra_size + comment_size;
    if (record_size > rest.size()) damaged(fmt::format("entry {} of its directory is cut off", i));

    Entry entry;
    const std::span<const std::byte> name = rest.subspan(kDirectoryHeaderSize, name_size);
    entry.name.assign(reinterpret_cast<const char*>(name.data()), name.size());
    entry.crc32 = u32(rest, 16);
    if ((u16(rest, 8) & 1) != 0) {
      throw Error(ErrorKind::kCheckpoint,
                  fmt::format("{}: entry '{}' is encrypted; save the file without a password",
                              source_,
                              entry.name));
    }
    if (u16(rest, 10) != 0) {
      throw Error(ErrorKind::kCheckpoint,
                  fmt::format("{}: entry '{}' is compressed, but weights are stored as they are; "
                              "unpack the archive "
                              "and pack it with `zip -0`, or save it again with PyTorch",
                              source_,
                              entry.name));
    }
    // The ZIP64 field holds those of the three values, in this order, that do not fit.
    std::span<const std::byte> wide =
        zip64_field(rest.subspan(kDirectoryHeaderSize + name_size, extra_size));
    const auto value = [&](std::uint32_t narrow) -> std::uint64_t {
      if (narrow != kIn64) return narrow;
      if (wide.size() < 8) damaged(fmt::format("entry '{}' lacks its ZIP64 field", entry.name));
      const std::uint64_t found = u64(wide, 0);
      wide = wide.subspan(8);
      return found;
    };
    entry.size = value(u32(rest, 24));
    const std::uint64_t stored_size = value(u32(rest, 20));
    const std::uint64_t header_offset = value(u32(rest, 42));
    if (stored_size != entry.size)
      damaged(fmt::format("entry '{}' has two different sizes", entry.name));
    entry.offset = data_offset(entry, header_offset);
    // Entries that share bytes could claim far more than the file holds.
    total += entry.size;
    if (total > bytes_.size()) damaged("its entries overlap");
    entries_.push_back(std::move(entry));
    rest = rest.subspan(record_size);
  }
}

std::uint64_t ZipReader::data_offset(const Entry& entry, std::uint64_t header_offset) const {
  const std::vector<std::byte> header = at(header_offset, kLocalHeaderSize);
  if (u32(header, 0) != kLocalHeader) {
    damaged(fmt::format("entry '{}' is not where its directory says", entry.name));
  }
  const std::uint64_t offset = header_offset + kLocalHeaderSize + u16(header, 26) + u16(header, 28);
  require_inside(offset, entry.size);
  return offset;
}

const ZipReader::Entry* ZipReader::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &entries_[found->second];
}

void ZipReader::read(const Entry& entry, std::span<std::byte> out) const {
  // Block by block, so that the checksum finds the bytes in the cache.
  std::uint32_t found = 0;
  for (std::size_t done = 0; done < out.size(); done += kBlock) {
    const std::span<std::byte> block = out.subspan(done, std::min(kBlock, out.size() - done));
    bytes_.read(entry.offset + done, block);
    found = ::libdeflate_crc32(found, block.data(), block.size());
  }
  if (found != entry.crc32) {
    damaged(fmt::format(
        "entry '{}' has the checksum {:08x}, not {:08x}", entry.name, found, entry.crc32));
  }
}

std::vector<std::byte> ZipReader::read(const Entry& entry) const {
  std::vector<std::byte> bytes(entry.size);
  read(entry, bytes);
  return bytes;
}

}  // namespace saker
