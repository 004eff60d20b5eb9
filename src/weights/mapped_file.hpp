// A file's bytes without a copy of them.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace saker {

// Maps a file read-only into memory. The bytes are valid while the object lives; the file must not
// be shortened meanwhile (files that Saker replaces are renamed into place, which leaves a mapped
// one whole).
class MappedFile {
 public:
  // Throws Error (io) that names the file when it cannot be read.
  explicit MappedFile(const std::filesystem::path& path);
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  std::span<const std::byte> bytes() const noexcept { return {data_, size_}; }

 private:
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace saker
