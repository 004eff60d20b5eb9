// One process at a time.
#pragma once

#include <filesystem>
#include <functional>

#include "core/file_descriptor.hpp"

namespace saker {

// Holds an advisory lock on a file, which is made when it is missing and stays; the system releases
// the lock of a process that dies.
class FileLock {
 public:
  // Waits for others; on_wait is called every tenth of a second meanwhile and may throw to give up.
  // Throws Error (io) when the file cannot be made or locked.
  FileLock(const std::filesystem::path& path, const std::function<void()>& on_wait);

 private:
  FileDescriptor file_;
};

}  // namespace saker
