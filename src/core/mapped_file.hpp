// The bytes of a file in place, of which only the pages that are looked at are read.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace saker {

class MappedFile {
 public:
  // Throws Error (io) that names the file when it cannot be read. It must keep its length while it
  // is mapped.
  explicit MappedFile(const std::filesystem::path& path);
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  std::span<const std::byte> bytes() const noexcept {
    return {static_cast<const std::byte*>(data_), size_};
  }

 private:
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace saker
