// Files that appear whole or not at all: written under a temporary name in the same folder, synced,
// then renamed.
//
//   AtomicFile file("out/checkpoints/last.ckpt");
//   file.write(bytes);
//   file.commit();   // without it the destructor removes the temporary file and the old one stays
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

namespace saker {

class AtomicFile {
 public:
  // Makes missing folders. Throws Error (io), as do the functions below; each names the file and
  // the reason.
  explicit AtomicFile(std::filesystem::path path);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  void write(std::span<const std::byte> bytes);
  void write(std::string_view text);
  std::uint64_t size() const noexcept { return size_; }
  void commit();

  // Whether the file is the temporary one of a process of this machine that is no more.
  static bool is_leftover(const std::filesystem::path& file);

 private:
  [[noreturn]] void fail(const char* action) const;

  std::filesystem::path path_;
  std::filesystem::path temporary_;
  int fd_ = -1;
  std::uint64_t size_ = 0;
};

void write_file_atomically(const std::filesystem::path& path, std::string_view text);
void write_file_atomically(const std::filesystem::path& path, std::span<const std::byte> bytes);

}  // namespace saker
