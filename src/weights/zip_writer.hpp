// Writing zip archives of stored entries, each aligned so that others can map its data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/atomic_file.hpp"

namespace saker {

//   ZipWriter zip("last.ckpt");
//   zip.add("archive/data.pkl", pickle);
//   zip.finish();   // the file appears now; without it there is none
class ZipWriter {
 public:
  struct Options {
    std::uint64_t alignment =
        64;  // of the data of each entry, by an extra field; a power of two up to 2^15
    std::uint64_t zip64_from = 0xffffffff;  // sizes and offsets from here on are written as ZIP64
  };

  // Throws Error (io) when the file cannot be written, as do the functions below.
  explicit ZipWriter(const std::filesystem::path& path) : ZipWriter(path, Options{}) {}
  ZipWriter(const std::filesystem::path& path, const Options& options);

  // name: at most 65535 bytes, not used before.
  void add(std::string_view name, std::span<const std::byte> data);
  void add(std::string_view name, std::string_view text);
  void finish();

 private:
  struct Entry {
    std::string name;
    std::uint64_t header_offset = 0, size = 0;
    std::uint32_t crc32 = 0;
  };
  std::string directory_header(const Entry& entry) const;
  bool is_wide(std::uint64_t value) const { return value >= options_.zip64_from; }

  AtomicFile file_;
  Options options_;
  std::vector<Entry> entries_;
};

}  // namespace saker
