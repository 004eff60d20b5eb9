// Bytes that are read where they are wanted: a file's or memory's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include "core/file_descriptor.hpp"

namespace saker {

class ByteSource {
 public:
  ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;
  virtual ~ByteSource() = default;

  virtual std::uint64_t size() const noexcept = 0;
  // Fills `out` with the bytes from `offset` on; all of them must lie within size().
  virtual void read(std::uint64_t offset, std::span<std::byte> out) const = 0;
};

// A file, read by position rather than mapped: a file that is shortened meanwhile is an Error,
// where a mapped one would end the program with a signal. A file that is replaced by another of its
// name stays readable. Any number of threads may read.
class FileSource final : public ByteSource {
 public:
  // Throws Error (io) that names the file when it cannot be opened or is no regular file, as does
  // read() when bytes are missing.
  explicit FileSource(std::filesystem::path path);

  std::uint64_t size() const noexcept override { return size_; }
  void read(std::uint64_t offset, std::span<std::byte> out) const override;

 private:
  std::filesystem::path path_;
  FileDescriptor file_;
  std::uint64_t size_ = 0;
};

// Memory of somebody else, which must outlive the source.
class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::uint64_t size() const noexcept override { return bytes_.size(); }
  void read(std::uint64_t offset, std::span<std::byte> out) const override;

 private:
  std::span<const std::byte> bytes_;
};

}  // namespace saker
