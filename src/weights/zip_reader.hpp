// Reading zip archives whose entries are stored as they are, the container of torch.save.
//
//   const FileSource file("last.ckpt");
//   const ZipReader zip(file, "last.ckpt");
//   std::vector<std::byte> pickle = zip.read(*zip.find("archive/data.pkl"));
//
// Source: PKWARE, ".ZIP File Format Specification" (APPNOTE) 6.3, sections 4.3 (records) and 4.5.3
// (ZIP64).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "weights/byte_source.hpp"

namespace saker {

class ZipReader {
 public:
  struct Entry {
    std::string name;
    std::uint64_t offset = 0;  // of the first byte of its data
    std::uint64_t size = 0;
    std::uint32_t crc32 = 0;
  };

  // Reads the directory, ZIP64 included. `bytes` must outlive the reader; `source` names the file
  // in messages. Throws Error (checkpoint) when this is no zip archive, when a record reaches
  // beyond the file, when entries overlap, and when an entry is compressed or encrypted; and what
  // ByteSource::read throws, as does read().
  ZipReader(const ByteSource& bytes, std::string source);
  ZipReader(const ZipReader&) = delete;
  ZipReader& operator=(const ZipReader&) = delete;

  const std::vector<Entry>& entries() const noexcept { return entries_; }
  // nullptr when there is none. The first of several entries of one name counts.
  const Entry* find(std::string_view name) const;
  // The bytes of an entry, into memory of its size. Throws Error (checkpoint) when they do not have
  // its checksum.
  void read(const Entry& entry, std::span<std::byte> out) const;
  std::vector<std::byte> read(const Entry& entry) const;

 private:
  struct Directory {
    std::uint64_t offset = 0, size = 0, count = 0;
  };
  Directory find_directory() const;
  Directory zip64_directory(std::uint64_t locator_offset) const;
  void read_directory(const Directory& directory);
  std::uint64_t data_offset(const Entry& entry, std::uint64_t header_offset) const;
  void require_inside(std::uint64_t offset, std::uint64_t size) const;
  std::vector<std::byte> at(std::uint64_t offset, std::uint64_t size) const;
  [[noreturn]] void damaged(const std::string& what) const;

  const ByteSource& bytes_;
  std::string source_;
  std::vector<Entry> entries_;
  std::unordered_map<std::string_view, std::size_t> by_name_;
};

}  // namespace saker
