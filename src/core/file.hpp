// Files and their bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/file_descriptor.hpp"

namespace saker {

struct OpenFile {
  FileDescriptor descriptor;
  std::uint64_t bytes = 0;
};

// For reading. Throws Error (io) that names it when it cannot be opened, and for a folder or a
// pipe, which could hold the caller for ever.
OpenFile open_file(const std::filesystem::path& path);

// Whether something has this name, be it a link that leads nowhere.
bool is_there(const std::filesystem::path& path) noexcept;

// The bytes of a file. Throws Error (io) that names it when it cannot be read, and when it is
// larger than max_bytes.
std::vector<std::byte> read_file(const std::filesystem::path& path,
                                 std::uint64_t max_bytes = std::uint64_t{1} << 36);
std::string read_text_file(const std::filesystem::path& path,
                           std::uint64_t max_bytes = std::uint64_t{1} << 30);

}  // namespace saker
