#include "core/file_blocks.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "saker/error.hpp"

namespace saker {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 20;

[[noreturn]] void fail(const std::filesystem::path& path, const char* reason) {
  throw Error(ErrorKind::kIo, fmt::format("{}: cannot be read: {}", path.string(), reason));
}

}  // namespace

FileBlocks::FileBlocks(std::filesystem::path path)
    : path_(std::move(path)),
      file_(::open(path_.c_str(), O_RDONLY | O_CLOEXEC)),
      block_(kBlockBytes) {
  struct stat status {};
  if (!file_.is_open() || ::fstat(file_.get(), &status) != 0) fail(path_, std::strerror(errno));
  if (S_ISDIR(status.st_mode)) fail(path_, "it is a folder, but a file is expected");
  read_block();
}

void FileBlocks::read_block() {
  ssize_t count = 0;
  do {
    count = ::read(file_.get(), block_.data(), block_.size());
  } while (count < 0 && errno == EINTR);
  if (count < 0) fail(path_, std::strerror(errno));
  position_ = 0;
  count_ = static_cast<std::size_t>(count);
}

}  // namespace saker
