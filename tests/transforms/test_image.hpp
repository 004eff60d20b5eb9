// The pictures of the golden vectors.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>

#include "fill.hpp"
#include "golden.hpp"
#include "saker/image.hpp"

namespace saker::test {

inline Image noise_image(const std::string& name, std::int64_t height, std::int64_t width) {
  Image image(height, width, 3, PixelType::kU8);
  std::ranges::copy(noise_u8(name, height * width * 3), image.mutable_u8().begin());
  return image;
}

inline Image ramp_image(std::int64_t height, std::int64_t width) {
  Image image(height, width, 3, PixelType::kU8);
  std::size_t i = 0;
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      for (std::int64_t c = 0; c < 3; ++c)
        image.mutable_u8()[i++] = static_cast<std::uint8_t>((5 * x + 3 * y + 40 * c) % 256);
    }
  }
  return image;
}

// In [0, 1].
inline Image as_float(const Image& image) {
  Image result(image.height(), image.width(), image.channels(), PixelType::kF32);
  std::ranges::transform(image.u8(), result.mutable_f32().begin(), [](std::uint8_t v) {
    return static_cast<float>(v) / 255.0F;
  });
  return result;
}

// An image [H, W, C] as stored.
inline Image stored_image(const Array& array) {
  const bool is_u8 = array.dtype == "U8";
  Image image(
      array.shape[0], array.shape[1], array.shape[2], is_u8 ? PixelType::kU8 : PixelType::kF32);
  if (is_u8) {
    std::ranges::copy(array.as<std::uint8_t>(), image.mutable_u8().begin());
  } else {
    std::ranges::copy(array.as<float>(), image.mutable_f32().begin());
  }
  return image;
}

// How far two runs of numbers are apart.
struct Difference {
  double largest = 0;
  double share_above = 0;  // of the values: farther apart than the threshold
};

template <typename A, typename B>
Difference difference(const A& a, const B& b, double threshold = 0) {
  EXPECT_EQ(std::size(a), std::size(b));
  Difference result;
  std::size_t above = 0;
  const std::size_t count = std::min(std::size(a), std::size(b));
  for (std::size_t i = 0; i < count; ++i) {
    const double distance = std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
    result.largest = std::max(result.largest, distance);
    if (!(distance <= threshold)) ++above;
  }
  result.share_above = count == 0 ? 0 : static_cast<double>(above) / static_cast<double>(count);
  return result;
}

}  // namespace saker::test
