// A file that is arriving.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "core/file_descriptor.hpp"

namespace saker {

// Bytes are written straight through, so that those that were written stay when the program is
// killed. Beside it, in NAME.validator, stands what identifies the version that they belong to.
class PartFile {
 public:
  // Opens what is there, or nothing. A part without a validator counts as empty. Throws Error (io)
  // when it cannot be written, as do the functions below.
  explicit PartFile(std::filesystem::path path);

  std::uint64_t size() const noexcept { return size_; }
  const std::string& validator() const noexcept { return validator_; }

  // Drops what is there. validator: of what comes now; empty: it could not be resumed.
  void begin_anew(const std::string& validator);
  void append(std::span<const std::byte> bytes);

  static void remove(const std::filesystem::path& path);

 private:
  [[noreturn]] void fail(int reason) const;

  std::filesystem::path path_;
  FileDescriptor file_;
  std::uint64_t size_ = 0;
  std::string validator_;
};

}  // namespace saker
