#include "core/atomic_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

#include "saker/error.hpp"

namespace saker {

AtomicFile::AtomicFile(std::filesystem::path path) : path_(std::move(path)) {
  const std::filesystem::path folder = path_.has_parent_path() ? path_.parent_path() : ".";
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    throw Error(ErrorKind::kIo,
                fmt::format("{}: cannot make this folder: {}", folder.string(), error.message()));
  }
  temporary_ = folder / fmt::format(".{}.{}.tmp", path_.filename().string(), ::getpid());
  fd_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd_ < 0) fail("cannot be written");
}

AtomicFile::~AtomicFile() {
  if (fd_ < 0) return;
  ::close(fd_);
  ::unlink(temporary_.c_str());
}

void AtomicFile::fail(const char* action) const {
  const int reason = errno;
  const char* remedy = reason == ENOSPC ? "; free some space or choose another folder" : "";
  throw Error(ErrorKind::kIo,
              fmt::format("{}: {}: {}{}", path_.string(), action, std::strerror(reason), remedy));
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("cannot be written");
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    size_ += static_cast<std::uint64_t>(count);
  }
}

void AtomicFile::write(std::string_view text) {
  write(std::as_bytes(std::span(text.data(), text.size())));
}

void AtomicFile::commit() {
  if (::fsync(fd_) != 0) fail("cannot be synced to the disk");
  // The descriptor is given up before the rename: from here on the destructor has nothing to remove
  // but on failure.
  const int fd = std::exchange(fd_, -1);
  if (::close(fd) != 0 || ::rename(temporary_.c_str(), path_.c_str()) != 0) {
    const int reason = errno;
    ::unlink(temporary_.c_str());
    errno = reason;
    fail("cannot be put in place");
  }
  const std::filesystem::path folder = path_.has_parent_path() ? path_.parent_path() : ".";
  const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory >= 0) {
    ::fsync(directory);
    ::close(directory);
  }
}

bool AtomicFile::is_leftover(const std::filesystem::path& file) {
  const std::string name = file.filename().string();
  const std::string stem = file.stem().string();
  const std::size_t dot = stem.rfind('.');
  if (!name.starts_with('.') || file.extension() != ".tmp" || dot == 0 || dot == std::string::npos)
    return false;
  pid_t process = 0;
  const auto [end, error] =
      std::from_chars(stem.data() + dot + 1, stem.data() + stem.size(), process);
  if (error != std::errc() || end != stem.data() + stem.size() || process <= 0) return false;
  return ::kill(process, 0) != 0 && errno == ESRCH;
}

void write_file_atomically(const std::filesystem::path& path, std::string_view text) {
  AtomicFile file(path);
  file.write(text);
  file.commit();
}

void write_file_atomically(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

}  // namespace saker
