// The checksum that stands beside a downloaded file.
//
// weights.pth.sha256 is a text file that `sha256sum -c` reads too:
//
//   67a3...e1  weights.pth
//   # size 903217152 modified 1764330000123456789
//
// The second line says which state of the file had this checksum (bytes; nanoseconds since 1970),
// so that a file of a gigabyte is not read again at each start.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace saker {

struct ChecksumRecord {
  std::string sha256;
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0;
};

// "FILE.sha256".
std::filesystem::path checksum_record_path(const std::filesystem::path& file);

// Empty when there is none. Throws Error (io) naming it when it holds no checksum.
std::optional<ChecksumRecord> read_checksum_record(const std::filesystem::path& file);

// The checksum of the file as it is now, taken from the record if the file has the same size and
// time as then, otherwise computed (and on_block called, see sha256_of_file).
std::string current_sha256(
    const std::filesystem::path& file, const std::function<void()>& on_block = [] {});

// Records that the file as it is now has this checksum. Throws Error (io).
void write_checksum_record(const std::filesystem::path& file, const std::string& sha256);

}  // namespace saker
