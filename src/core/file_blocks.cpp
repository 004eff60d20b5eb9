#include "core/file_blocks.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/file.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 20;

}  // namespace

FileBlocks::FileBlocks(std::filesystem::path path)
    : path_(std::move(path)), file_(open_file(path_).descriptor), block_(kBlockBytes) {
  read_block();
}

void FileBlocks::read_block() {
  ssize_t count = 0;
  do {
    count = ::read(file_.get(), block_.data(), block_.size());
  } while (count < 0 && errno == EINTR);
  if (count < 0) {
    throw Error(ErrorKind::kIo,
                fmt::format("{}: cannot be read: {}", path_.string(), std::strerror(errno)));
  }
  position_ = 0;
  count_ = static_cast<std::size_t>(count);
}

}  // namespace saker
