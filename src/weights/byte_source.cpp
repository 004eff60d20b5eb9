#include "weights/byte_source.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "saker/error.hpp"

namespace saker {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& why) {
  throw Error(ErrorKind::kIo, fmt::format("{}: {}", path.string(), why));
}

}  // namespace

FileSource::FileSource(std::filesystem::path path)
    : path_(std::move(path)), file_(::open(path_.c_str(), O_RDONLY | O_CLOEXEC)) {
  struct stat status {};
  if (!file_.is_open() || ::fstat(file_.get(), &status) != 0) {
    fail(path_, fmt::format("cannot be read: {}", std::strerror(errno)));
  }
  if (!S_ISREG(status.st_mode)) fail(path_, "is no regular file");
  size_ = static_cast<std::uint64_t>(status.st_size);
}

void FileSource::read(std::uint64_t offset, std::span<std::byte> out) const {
  while (!out.empty()) {
    const ssize_t count = ::pread(file_.get(), out.data(), out.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(path_, fmt::format("cannot be read: {}", std::strerror(errno)));
    if (count == 0) {
      fail(path_,
           fmt::format("ends at byte {}, but had {} bytes when it was opened; is another program "
                       "writing it?",
                       offset,
                       size_));
    }
    out = out.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
}

void MemorySource::read(std::uint64_t offset, std::span<std::byte> out) const {
  std::ranges::copy(bytes_.subspan(offset, out.size()), out.begin());
}

}  // namespace saker
