// Reads back what a Weights & Biases file holds.
#pragma once

#include <libdeflate.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace saker::test {

inline std::uint32_t little_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;)
    value = value << 8U | static_cast<unsigned char>(bytes[i]);
  return value;
}

// Throws where the format is broken.
inline std::vector<std::string> unframe_wandb(const std::string& file) {
  constexpr std::size_t kBlock = 32768, kHeader = 7;
  std::vector<std::string> records;
  std::string open;
  bool is_open = false;
  std::size_t at = kHeader;
  while (at < file.size()) {
    const std::size_t left = kBlock - at % kBlock;
    if (left < kHeader) {
      at += left;
      continue;
    }
    const std::size_t size = little_endian(std::string_view(file).substr(at + 4, 2));
    const int kind = file.at(at + 6);
    if (size + kHeader > left) throw std::runtime_error("a piece crosses a block");
    if (libdeflate_crc32(0, file.data() + at + 6, size + 1) !=
        little_endian(std::string_view(file).substr(at, 4)))
      throw std::runtime_error("wrong checksum");
    const bool begins = kind == 1 || kind == 2, ends = kind == 1 || kind == 4;
    if (begins == is_open) throw std::runtime_error("pieces out of order");
    if (begins) open.clear();
    open += file.substr(at + kHeader, size);
    if (ends) records.push_back(open);
    is_open = !ends;
    at += kHeader + size;
  }
  if (is_open) throw std::runtime_error("the last record has no end");
  return records;
}

}  // namespace saker::test
