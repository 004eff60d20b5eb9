#include "image/pixel_rows.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace saker {
namespace {

// Calls with(source, target), the values of both.
template <typename With>
void with_values(const Image& source, Image& target, const With& with) {
  if (source.type() == PixelType::kU8) {
    with(source.u8().data(), target.mutable_u8().data());
  } else {
    with(source.f32().data(), target.mutable_f32().data());
  }
}

}  // namespace

void copy_rows(
    const Image& source, std::int64_t first, std::int64_t count, Image& target, std::int64_t row) {
  const std::int64_t stride = source.width() * source.channels();
  with_values(source, target, [&](const auto* from, auto* to) {
    std::copy_n(from + first * stride, count * stride, to + row * stride);
  });
}

void move_rows(Image& image, std::int64_t first, std::int64_t count, std::int64_t row) {
  const std::int64_t stride = image.width() * image.channels();
  const auto move = [&](auto* values) {
    std::memmove(values + row * stride,
                 values + first * stride,
                 static_cast<std::size_t>(count * stride) * sizeof(*values));
  };
  image.type() == PixelType::kU8 ? move(image.mutable_u8().data())
                                 : move(image.mutable_f32().data());
}

Image crop(
    const Image& image, std::int64_t y, std::int64_t x, std::int64_t height, std::int64_t width) {
  const std::int64_t channels = image.channels();
  Image part(height, width, channels, image.type());
  with_values(image, part, [&](const auto* from, auto* to) {
    for (std::int64_t row = 0; row < height; ++row) {
      std::copy_n(from + ((y + row) * image.width() + x) * channels,
                  width * channels,
                  to + row * width * channels);
    }
  });
  return part;
}

}  // namespace saker
