#include "weights/mapped_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "saker/error.hpp"

namespace saker {

MappedFile::MappedFile(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status {};
  const bool opened = fd >= 0 && ::fstat(fd, &status) == 0;
  int reason = errno;
  if (opened && !S_ISREG(status.st_mode)) {
    ::close(fd);
    throw Error(ErrorKind::kIo, fmt::format("{}: is no regular file", path.string()));
  }
  bool mapped = false;
  if (opened) {
    size_ = static_cast<std::size_t>(status.st_size);
    mapped = size_ == 0;  // an empty file cannot be mapped, and needs no memory
    if (!mapped) {
      void* memory = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd, 0);
      mapped = memory != MAP_FAILED;
      reason = errno;
      if (mapped) data_ = static_cast<const std::byte*>(memory);
    }
  }
  if (fd >= 0) ::close(fd);
  if (!mapped) {
    throw Error(ErrorKind::kIo,
                fmt::format("{}: cannot be read: {}", path.string(), std::strerror(reason)));
  }
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
}

}  // namespace saker
