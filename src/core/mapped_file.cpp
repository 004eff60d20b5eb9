#include "core/mapped_file.hpp"

#include <fmt/format.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstring>

#include "core/file.hpp"
#include "saker/error.hpp"

namespace saker {

MappedFile::MappedFile(const std::filesystem::path& path) {
  const OpenFile file = open_file(path);
  if (file.bytes == 0) return;  // nothing can be mapped
  size_ = static_cast<std::size_t>(file.bytes);
  data_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.descriptor.get(), 0);
  if (data_ == MAP_FAILED) {
    throw Error(ErrorKind::kIo,
                fmt::format("{}: cannot be read: {}", path.string(), std::strerror(errno)));
  }
}

MappedFile::~MappedFile() {
  if (size_ > 0) ::munmap(data_, size_);
}

}  // namespace saker
