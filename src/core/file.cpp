#include "core/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "saker/error.hpp"

namespace saker {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path) {
  throw Error(ErrorKind::kIo,
              fmt::format("{}: cannot be read: {}", path.string(), std::strerror(errno)));
}

template <typename Buffer>
Buffer read_all(const std::filesystem::path& path, std::uint64_t max_bytes) {
  const auto [file, size] = open_file(path);
  if (size > max_bytes) {
    throw Error(ErrorKind::kIo,
                fmt::format("{}: has {} bytes, more than the {} that are read at most",
                            path.string(),
                            size,
                            max_bytes));
  }
  Buffer buffer(static_cast<std::size_t>(size), {});
  std::size_t done = 0;
  while (done < buffer.size()) {
    const ssize_t count = ::read(file.get(), buffer.data() + done, buffer.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(path);
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  buffer.resize(done);
  return buffer;
}

}  // namespace

OpenFile open_file(const std::filesystem::path& path) {
  // Without O_NONBLOCK a pipe that nobody writes to would hold the caller for ever.
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (!file.is_open() || ::fstat(file.get(), &status) != 0) fail(path);
  if (S_ISDIR(status.st_mode)) {
    throw Error(ErrorKind::kIo,
                fmt::format("{}: is a folder, but a file is expected", path.string()));
  }
  if (S_ISFIFO(status.st_mode)) {
    throw Error(ErrorKind::kIo,
                fmt::format("{}: is a pipe, but a file is expected", path.string()));
  }
  return {std::move(file), static_cast<std::uint64_t>(status.st_size)};
}

bool is_there(const std::filesystem::path& path) noexcept {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored) || std::filesystem::is_symlink(path, ignored);
}

std::vector<std::byte> read_file(const std::filesystem::path& path, std::uint64_t max_bytes) {
  return read_all<std::vector<std::byte>>(path, max_bytes);
}

std::string read_text_file(const std::filesystem::path& path, std::uint64_t max_bytes) {
  return read_all<std::string>(path, max_bytes);
}

}  // namespace saker
