#include "data/synth/photo_effects.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace saker {
namespace {

std::vector<float> gaussian(double sigma) {
  const int reach = std::max(1, static_cast<int>(std::ceil(3 * sigma)));
  std::vector<float> kernel;
  double sum = 0;
  for (int i = -reach; i <= reach; ++i) sum += std::exp(-0.5 * i * i / (sigma * sigma));
  for (int i = -reach; i <= reach; ++i) {
    kernel.push_back(static_cast<float>(std::exp(-0.5 * i * i / (sigma * sigma)) / sum));
  }
  return kernel;
}

// Blurs along one axis; `step` is the distance of neighbours there, edges are repeated.
std::vector<float> blurred(const std::vector<float>& values,
                           const std::vector<float>& kernel,
                           std::int64_t lines,
                           std::int64_t line_step,
                           std::int64_t count,
                           std::int64_t step) {
  std::vector<float> result(values.size());
  const auto reach = static_cast<std::int64_t>(kernel.size() / 2);
  for (std::int64_t line = 0; line < lines; ++line) {
    for (std::int64_t i = 0; i < count; ++i) {
      for (std::int64_t c = 0; c < 3; ++c) {
        float sum = 0;
        for (std::int64_t k = -reach; k <= reach; ++k) {
          const std::int64_t from = std::clamp<std::int64_t>(i + k, 0, count - 1);
          sum += kernel[static_cast<std::size_t>(k + reach)] *
                 values[static_cast<std::size_t>(line * line_step + from * step + c)];
        }
        result[static_cast<std::size_t>(line * line_step + i * step + c)] = sum;
      }
    }
  }
  return result;
}

// Brightness at a point of the image; x and y in [-1, 1].
double light_at(const PhotoEffects& effects, double x, double y) {
  const double along = x * std::cos(effects.light_angle) + y * std::sin(effects.light_angle);
  return effects.gain * (1 + 0.5 * effects.light * along) *
         (1 - 0.5 * effects.vignette * (x * x + y * y));
}

}  // namespace

PhotoEffects random_photo_effects(RandomStream& draws) {
  PhotoEffects effects;
  effects.gain = draws.uniform(0.82, 1.12);
  effects.contrast = draws.uniform(0.85, 1.1);
  effects.light_angle = draws.uniform(0, 2 * std::numbers::pi);
  effects.light = draws.uniform(0, 0.35);
  effects.vignette = draws.uniform(0, 0.25);
  const bool soft = draws.uniform() < 0.5;
  const double blur = draws.uniform(0.3, 1.0);
  effects.blur = soft ? blur : 0;
  effects.noise = draws.uniform(0, 14);
  return effects;
}

void apply_photo_effects(Image& image, const PhotoEffects& effects, RandomStream& draws) {
  const std::int64_t height = image.height();
  const std::int64_t width = image.width();
  const std::span<std::uint8_t> pixels = image.mutable_u8();
  std::vector<float> values(pixels.begin(), pixels.end());
  if (effects.blur > 0) {
    const std::vector<float> kernel = gaussian(std::min(effects.blur, 8.0));
    values = blurred(values, kernel, height, width * 3, width, 3);
    values = blurred(values, kernel, width, 3, height, width * 3);
  }
  std::size_t i = 0;
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x, i += 3) {
      const double light =
          light_at(effects,
                   (2.0 * static_cast<double>(x) + 1) / static_cast<double>(width) - 1,
                   (2.0 * static_cast<double>(y) + 1) / static_cast<double>(height) - 1);
      const float luma = 0.299F * values[i] + 0.587F * values[i + 1] + 0.114F * values[i + 2];
      // The difference of two random bytes is triangular.
      const std::uint32_t random = effects.noise > 0 ? draws.bits() : 0;
      const double noise =
          effects.noise *
          (static_cast<double>(random & 255U) - static_cast<double>(random >> 8 & 255U)) / 255;
      const double tint =
          0.25 * effects.noise *
          (static_cast<double>(random >> 16 & 255U) - static_cast<double>(random >> 24)) / 255;
      for (std::size_t c = 0; c < 3; ++c) {
        const double value = static_cast<double>(effects.gray ? luma : values[i + c]) * light;
        const double colored = effects.gray ? 0 : tint * (static_cast<double>(c) - 1);
        const double seen = (value - 127.5) * effects.contrast + 127.5 + noise + colored;
        pixels[i + c] = static_cast<std::uint8_t>(std::clamp(std::lround(seen), 0L, 255L));
      }
    }
  }
}

}  // namespace saker
