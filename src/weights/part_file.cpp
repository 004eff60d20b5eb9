#include "weights/part_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/atomic_file.hpp"
#include "core/file.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

constexpr std::uint64_t kMaxValidator = 4096;

std::filesystem::path validator_path(const std::filesystem::path& part) {
  return part.string() + ".validator";
}

}  // namespace

PartFile::PartFile(std::filesystem::path path)
    : path_(std::move(path)),
      file_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) {
  if (!file_.is_open()) fail(errno);
  if (std::filesystem::exists(validator_path(path_))) {
    validator_ = read_text_file(validator_path(path_), kMaxValidator);
  }
  if (!validator_.empty()) size_ = std::filesystem::file_size(path_);
}

void PartFile::begin_anew(const std::string& validator) {
  if (::ftruncate(file_.get(), 0) != 0) fail(errno);
  size_ = 0;
  validator_ = validator;
  std::error_code absent;
  std::filesystem::remove(validator_path(path_), absent);
  if (!validator.empty()) write_file_atomically(validator_path(path_), validator);
}

void PartFile::append(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file_.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(errno);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    size_ += static_cast<std::uint64_t>(count);
  }
}

void PartFile::remove(const std::filesystem::path& path) {
  std::error_code absent;
  std::filesystem::remove(path, absent);
  std::filesystem::remove(validator_path(path), absent);
}

void PartFile::fail(int reason) const {
  const char* remedy = "";
  if (reason == ENOSPC || reason == EDQUOT || reason == EFBIG) {
    remedy = "; free some space, or name a folder on another disk with SAKER_CACHE_DIR";
  } else if (reason == EACCES || reason == EROFS || reason == EPERM) {
    remedy = "; name a folder that can be written with SAKER_CACHE_DIR";
  }
  throw Error(
      ErrorKind::kIo,
      fmt::format("{}: cannot be written: {}{}", path_.string(), std::strerror(reason), remedy));
}

}  // namespace saker
