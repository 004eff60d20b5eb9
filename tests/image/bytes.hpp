// Files built byte by byte.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "image/read_image.hpp"
#include "saker/error.hpp"

namespace saker::test {

class Bytes {
 public:
  Bytes& text(std::string_view characters) {
    for (const char c : characters) data_.push_back(static_cast<std::byte>(c));
    return *this;
  }
  Bytes& u8(std::initializer_list<int> values) {
    for (const int value : values) data_.push_back(static_cast<std::byte>(value));
    return *this;
  }
  Bytes& u16(std::uint32_t value, bool big_endian = false) { return number(value, 2, big_endian); }
  Bytes& u32(std::uint32_t value, bool big_endian = false) { return number(value, 4, big_endian); }
  Bytes& zeros(std::size_t count) {
    data_.resize(data_.size() + count);
    return *this;
  }
  Bytes& append(std::span<const std::byte> bytes) {
    data_.insert(data_.end(), bytes.begin(), bytes.end());
    return *this;
  }

  std::size_t size() const { return data_.size(); }
  const std::vector<std::byte>& get() const { return data_; }
  operator std::span<const std::byte>() const {
    return data_;
  }  // NOLINT(google-explicit-constructor)

 private:
  Bytes& number(std::uint32_t value, int count, bool big_endian) {
    for (int i = 0; i < count; ++i) {
      data_.push_back(static_cast<std::byte>(value >> (8 * (big_endian ? count - 1 - i : i))));
    }
    return *this;
  }

  std::vector<std::byte> data_;
};

// The message of the data error that decoding must raise.
inline std::string data_error(std::span<const std::byte> bytes, const ReadImageArgs& args = {}) {
  try {
    decode_image(bytes, "folder/file.xyz", args);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kData) << error.what();
    EXPECT_TRUE(std::string(error.what()).starts_with("folder/file.xyz: ")) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "no error";
  return {};
}

// All values of an 8-bit image, as integers that failures print.
inline std::vector<int> values(const Image& image) {
  return {image.u8().begin(), image.u8().end()};
}

}  // namespace saker::test
