#include "image/draw/network_input.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace saker {

Image picture_of_input(std::span<const float> chw,
                       std::int64_t channels,
                       std::int64_t height,
                       std::int64_t width,
                       std::span<const double> mean,
                       std::span<const double> std,
                       ColorRounding rounding) {
  Image image(height, width, 3, PixelType::kU8);
  const std::span<std::uint8_t> pixels = image.mutable_u8();
  const std::size_t plane = pixels.size() / 3;
  for (std::size_t channel = 0; channel < 3; ++channel) {
    const std::size_t from = channels >= 3 ? channel : 0;
    const float scale = mean.empty() ? 1.0F : static_cast<float>(std[from]);
    const float offset = mean.empty() ? 0.0F : static_cast<float>(mean[from]);
    for (std::size_t i = 0; i < plane; ++i) {
      const float value = chw[from * plane + i] * scale + offset;
      const float level = (value > 0.0F ? std::min(value, 1.0F) : 0.0F) * 255.0F;
      pixels[i * 3 + channel] =
          static_cast<std::uint8_t>(rounding == ColorRounding::kDown ? level : std::round(level));
    }
  }
  return image;
}

void paste(const Image& source, std::int64_t left, std::int64_t top, Image& target) {
  std::uint8_t* const out = target.mutable_u8().data();
  for (std::int64_t y = 0; y < source.height(); ++y) {
    std::copy_n(source.u8().data() + y * source.width() * 3,
                source.width() * 3,
                out + ((top + y) * target.width() + left) * 3);
  }
}

}  // namespace saker
