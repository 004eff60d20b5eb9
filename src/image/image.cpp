#include "saker/image.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <cstring>
#include <limits>
#include <new>

#include "saker/error.hpp"

namespace saker {
namespace {

constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 40;

// calloc leaves the pages of a large image untouched until they are written, so a decoder that
// fails early costs nothing.
std::shared_ptr<std::byte[]> allocate(std::size_t size) {
  void* bytes = std::calloc(size, 1);
  if (bytes == nullptr) throw std::bad_alloc();
  return {static_cast<std::byte*>(bytes), [](std::byte* pointer) { std::free(pointer); }};
}

std::size_t bytes_per_value(PixelType type) { return type == PixelType::kU8 ? 1 : sizeof(float); }

[[noreturn]] void fail_type(const char* wanted, const char* found) {
  throw Error(ErrorKind::kInternal,
              fmt::format("{} pixels were asked of an image of {} pixels", wanted, found));
}

}  // namespace

Image::Image(std::int64_t height, std::int64_t width, std::int64_t channels, PixelType type)
    : height_(height), width_(width), channels_(channels), type_(type) {
  if (height <= 0 || width <= 0 || channels <= 0) {
    throw Error(ErrorKind::kData,
                fmt::format("an image of height {}, width {} and {} channels is not possible; each "
                            "must be positive",
                            height,
                            width,
                            channels));
  }
  const auto h = static_cast<std::uint64_t>(height);
  const auto w = static_cast<std::uint64_t>(width);
  const auto c = static_cast<std::uint64_t>(channels);
  const std::uint64_t row_limit = kMaxBytes / bytes_per_value(type);
  if (w > row_limit || c > row_limit / w || h > row_limit / w / c) {
    throw Error(ErrorKind::kData,
                fmt::format("an image of {} x {} pixels and {} channels exceeds 2^40 bytes",
                            width,
                            height,
                            channels));
  }
  bytes_ = allocate(value_count() * bytes_per_value(type));
}

std::span<const std::uint8_t> Image::u8() const {
  if (type_ != PixelType::kU8) fail_type("8-bit", "float");
  return {reinterpret_cast<const std::uint8_t*>(bytes_.get()), value_count()};
}

std::span<const float> Image::f32() const {
  if (type_ != PixelType::kF32) fail_type("float", "8-bit");
  return {reinterpret_cast<const float*>(bytes_.get()), value_count()};
}

std::span<std::uint8_t> Image::mutable_u8() {
  if (type_ != PixelType::kU8) fail_type("8-bit", "float");
  return {reinterpret_cast<std::uint8_t*>(unique_bytes()), value_count()};
}

std::span<float> Image::mutable_f32() {
  if (type_ != PixelType::kF32) fail_type("float", "8-bit");
  return {reinterpret_cast<float*>(unique_bytes()), value_count()};
}

std::byte* Image::unique_bytes() {
  if (bytes_.use_count() > 1) {
    const std::size_t size = value_count() * bytes_per_value(type_);
    std::shared_ptr<std::byte[]> copy = allocate(size);
    std::memcpy(copy.get(), bytes_.get(), size);
    bytes_ = std::move(copy);
  }
  return bytes_.get();
}

}  // namespace saker
