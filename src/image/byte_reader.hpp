// Bounds-checked reading of numbers from bytes of either byte order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace saker {

class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes, bool big_endian = false)
      : bytes_(bytes), big_endian_(big_endian) {}

  std::size_t size() const noexcept { return bytes_.size(); }
  // Whether `count` bytes from `offset` on exist.
  bool has(std::uint64_t offset, std::uint64_t count) const noexcept {
    return offset <= bytes_.size() && count <= bytes_.size() - offset;
  }

  // The number at an offset; 0 beyond the end (ask has() where that matters).
  std::uint8_t u8(std::uint64_t offset) const noexcept {
    return static_cast<std::uint8_t>(number(offset, 1));
  }
  std::uint16_t u16(std::uint64_t offset) const noexcept {
    return static_cast<std::uint16_t>(number(offset, 2));
  }
  std::uint32_t u32(std::uint64_t offset) const noexcept { return number(offset, 4); }
  std::int32_t i32(std::uint64_t offset) const noexcept {
    return static_cast<std::int32_t>(number(offset, 4));
  }

 private:
  std::uint32_t number(std::uint64_t offset, unsigned count) const noexcept {
    if (!has(offset, count)) return 0;
    std::uint32_t value = 0;
    for (unsigned i = 0; i < count; ++i) {
      const unsigned shift = 8 * (big_endian_ ? count - 1 - i : i);
      value |= static_cast<std::uint32_t>(bytes_[static_cast<std::size_t>(offset) + i]) << shift;
    }
    return value;
  }

  std::span<const std::byte> bytes_;
  bool big_endian_;
};

}  // namespace saker
