#include "data/annotation_arena.hpp"

#include <array>
#include <cmath>
#include <cstring>

namespace saker {
namespace {

// A number with at most nine decimals is k / 10^9 for an integer k, and that division rounds to the
// very double that the decimal text stands for, since both operands are exact.
constexpr double kScale = 1e9;
constexpr double kLargestScaled = 2147483647.0;

using BoxNumbers = std::array<double, 4>;
using ScaledNumbers = std::array<std::int32_t, 4>;
static_assert(sizeof(NormalizedBox) == sizeof(BoxNumbers));

BoxNumbers numbers_of(const NormalizedBox& box) {
  return {box.center_x, box.center_y, box.width, box.height};
}

bool is_scalable(double value) {
  const double scaled = std::nearbyint(value * kScale);
  // A negative zero would lose its sign.
  return std::abs(scaled) <= kLargestScaled && scaled / kScale == value &&
         !(value == 0 && std::signbit(value));
}

bool is_scalable(const Annotations& annotations) {
  for (const NormalizedBox& box : annotations.boxes) {
    for (const double value : numbers_of(box)) {
      if (!is_scalable(value)) return false;
    }
  }
  return true;
}

std::uint64_t take_varint(const std::byte*& at) {
  std::uint64_t value = 0;
  for (int shift = 0;; shift += 7) {
    const auto byte = static_cast<std::uint64_t>(*at++);
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
}

template <typename T>
void put(std::vector<std::byte>& bytes, const T& value) {
  const auto* begin = reinterpret_cast<const std::byte*>(&value);
  bytes.insert(bytes.end(), begin, begin + sizeof(T));
}

template <typename T>
T take(const std::byte*& at) {
  T value;
  std::memcpy(&value, at, sizeof(T));
  at += sizeof(T);
  return value;
}

}  // namespace

// Record: varint (count * 2 + scaled), a varint for each class, then the boxes.
void AnnotationArena::append(const Annotations& annotations) {
  offsets_.push_back(bytes_.size());
  const bool scaled = is_scalable(annotations);
  put_varint(annotations.boxes.size() * 2 + (scaled ? 1 : 0));
  for (const std::int64_t class_index : annotations.classes) {
    put_varint(static_cast<std::uint64_t>(class_index));
  }
  for (const NormalizedBox& box : annotations.boxes) {
    const BoxNumbers numbers = numbers_of(box);
    if (!scaled) {
      put(bytes_, numbers);
      continue;
    }
    ScaledNumbers integers{};
    for (std::size_t i = 0; i < integers.size(); ++i) {
      integers[i] = static_cast<std::int32_t>(std::nearbyint(numbers[i] * kScale));
    }
    put(bytes_, integers);
  }
}

void AnnotationArena::shrink_to_fit() {
  bytes_.shrink_to_fit();
  offsets_.shrink_to_fit();
}

Annotations AnnotationArena::at(std::size_t i) const {
  const std::byte* position = bytes_.data() + offsets_[i];
  const std::uint64_t header = take_varint(position);
  const bool scaled = (header & 1) != 0;
  Annotations annotations;
  annotations.boxes.resize(static_cast<std::size_t>(header / 2));
  annotations.classes.resize(annotations.boxes.size());
  for (std::int64_t& class_index : annotations.classes) {
    class_index = static_cast<std::int64_t>(take_varint(position));
  }
  for (NormalizedBox& box : annotations.boxes) {
    BoxNumbers numbers{};
    if (scaled) {
      const auto integers = take<ScaledNumbers>(position);
      for (std::size_t k = 0; k < numbers.size(); ++k) numbers[k] = integers[k] / kScale;
    } else {
      numbers = take<BoxNumbers>(position);
    }
    box = {numbers[0], numbers[1], numbers[2], numbers[3]};
  }
  return annotations;
}

std::size_t AnnotationArena::memory_bytes() const noexcept {
  return bytes_.capacity() + offsets_.capacity() * sizeof(std::uint64_t);
}

void AnnotationArena::put_varint(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) bytes_.push_back(static_cast<std::byte>(value | 0x80));
  bytes_.push_back(static_cast<std::byte>(value));
}

}  // namespace saker
