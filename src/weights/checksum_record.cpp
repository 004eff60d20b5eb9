#include "weights/checksum_record.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <sstream>

#include "core/atomic_file.hpp"
#include "core/file.hpp"
#include "saker/error.hpp"
#include "weights/sha256.hpp"

namespace saker {
namespace {

constexpr std::int64_t kNanoseconds = 1'000'000'000;

// size and modified_ns of the file as it is now.
ChecksumRecord state_of(const std::filesystem::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) {
    throw Error(ErrorKind::kIo,
                fmt::format("{}: cannot be read: {}", file.string(), std::strerror(errno)));
  }
  return {.sha256 = {},
          .size = static_cast<std::uint64_t>(status.st_size),
          .modified_ns = status.st_mtim.tv_sec * kNanoseconds + status.st_mtim.tv_nsec};
}

}  // namespace

std::filesystem::path checksum_record_path(const std::filesystem::path& file) {
  return file.string() + ".sha256";
}

std::optional<ChecksumRecord> read_checksum_record(const std::filesystem::path& file) {
  const std::filesystem::path path = checksum_record_path(file);
  if (!std::filesystem::exists(path)) return std::nullopt;
  constexpr std::uint64_t kMaxSize = 65536;
  std::istringstream text(read_text_file(path, kMaxSize));
  ChecksumRecord record;
  std::string name, line, word;
  text >> record.sha256;
  std::getline(text, name);
  if (!is_sha256(record.sha256)) {
    throw Error(ErrorKind::kIo,
                fmt::format("{}: does not begin with a SHA-256; delete it to accept {} as it is",
                            path.string(),
                            file.filename().string()));
  }
  // Without the second line, as another program may have written the file, nothing is known of the
  // state that had the checksum.
  text >> line >> word >> record.size >> word >> record.modified_ns;
  if (!text || line != "#") record.size = 0, record.modified_ns = 0;
  return record;
}

std::string current_sha256(const std::filesystem::path& file,
                           const std::function<void()>& on_block) {
  const ChecksumRecord now = state_of(file);
  const std::optional<ChecksumRecord> known = read_checksum_record(file);
  if (known && known->modified_ns == now.modified_ns && known->size == now.size) {
    return known->sha256;
  }
  return sha256_of_file(file, on_block);
}

void write_checksum_record(const std::filesystem::path& file, const std::string& sha256) {
  const ChecksumRecord now = state_of(file);
  write_file_atomically(checksum_record_path(file),
                        fmt::format("{}  {}\n# size {} modified {}\n",
                                    sha256,
                                    file.filename().string(),
                                    now.size,
                                    now.modified_ns));
}

}  // namespace saker
