#include "loggers/wandb_datastore.hpp"

#include <fmt/format.h>
#include <libdeflate.h>

#include <algorithm>
#include <utility>

#include "saker/error.hpp"

namespace saker {
namespace {

constexpr std::size_t kBlock = 32768;
constexpr std::size_t kHeader = 7;
enum Piece : unsigned char { kFull = 1, kFirst = 2, kMiddle = 3, kLast = 4 };

void add_little_endian(std::string& bytes, std::uint32_t value, int count) {
  for (int i = 0; i < count; ++i) bytes += static_cast<char>((value >> (8 * i)) & 0xFFU);
}

Piece piece_kind(bool is_first, bool is_last) {
  if (is_first) return is_last ? kFull : kFirst;
  return is_last ? kLast : kMiddle;
}

}  // namespace

std::string WandbFraming::file_header() {
  constexpr std::uint32_t kMagic = 0xBEE1;
  std::string header = ":W&B";
  add_little_endian(header, kMagic, 2);
  header += '\0';
  return header;
}

std::string WandbFraming::frame(std::string_view record) {
  std::string framed;
  const auto left_in_block = [&] {
    return kBlock - static_cast<std::size_t>((offset_ + framed.size()) % kBlock);
  };
  for (bool is_first = true, is_last = false; !is_last; is_first = false) {
    if (left_in_block() < kHeader) framed.append(left_in_block(), '\0');
    const std::size_t size = std::min(record.size(), left_in_block() - kHeader);
    is_last = size == record.size();
    const unsigned char kind = piece_kind(is_first, is_last);
    std::uint32_t checksum = libdeflate_crc32(0, &kind, 1);
    checksum = libdeflate_crc32(checksum, record.data(), size);
    add_little_endian(framed, checksum, 4);
    add_little_endian(framed, static_cast<std::uint32_t>(size), 2);
    framed += static_cast<char>(kind);
    framed += record.substr(0, size);
    record.remove_prefix(size);
  }
  offset_ += framed.size();
  return framed;
}

WandbDatastore::WandbDatastore(std::filesystem::path path)
    : path_(std::move(path)), file_(path_, std::ios::binary) {
  write(WandbFraming::file_header());
}

void WandbDatastore::append(std::string_view record) { write(framing_.frame(record)); }

void WandbDatastore::write(std::string_view bytes) {
  file_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file_.flush();
  if (!file_)
    throw Error(ErrorKind::kIo,
                fmt::format("{}: cannot be written; is the disk full?", path_.string()));
}

}  // namespace saker
