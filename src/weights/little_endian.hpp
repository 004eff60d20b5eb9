// Little-endian numbers in byte sequences.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <string>

namespace saker {

static_assert(std::endian::native == std::endian::little,
              "weights are moved to and from files as they are");

// `bytes` must hold sizeof(T) bytes; no alignment is asked for.
template <std::integral T>
T load_little_endian(const std::byte* bytes) {
  T value{};
  std::memcpy(&value, bytes, sizeof(T));
  return value;
}

template <std::integral T>
void append_little_endian(std::string& out, T value) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  out.append(bytes, sizeof(T));
}

}  // namespace saker
