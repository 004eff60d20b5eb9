#include "data/synth/background.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "data/synth/value_noise.hpp"
#include "image/draw/rgb.hpp"

namespace saker {
namespace {

enum class Texture { kPlaster, kCloth, kBoards, kTiles, kRoom };
constexpr std::int64_t kTextures = 5;

using Color = std::array<double, 3>;  // 0..255

struct Look {
  Texture texture;
  Color first, second;
  double angle;    // of the texture's main direction, radians
  double period;   // of cloth, boards and tiles, in units of the shorter side
  double grain;    // strength of the fine noise, levels
  double coarse;   // noise cells along the shorter side
  double horizon;  // of the room, as a fraction of the height
};

Color muted_color(RandomStream& draws) {
  const double hue = draws.uniform();
  const double saturation = draws.uniform(0.05, 0.38);
  const Rgb color = hsv_to_rgb(hue, saturation, draws.uniform(0.3, 0.9));
  return {static_cast<double>(color.red),
          static_cast<double>(color.green),
          static_cast<double>(color.blue)};
}

Look random_look(RandomStream& draws) {
  Look look{};
  look.texture = static_cast<Texture>(draws.uniform_int(0, kTextures - 1));
  look.first = muted_color(draws);
  // The second colour is a shade of the first, or another one.
  const bool other = draws.uniform() < 0.35;
  const Color second = muted_color(draws);
  const double shade = draws.uniform(0.6, 0.88);
  for (std::size_t c = 0; c < 3; ++c) look.second[c] = other ? second[c] : look.first[c] * shade;
  look.angle = draws.uniform(0, std::numbers::pi);
  look.period = draws.uniform(0.06, 0.3);
  look.grain = draws.uniform(4, 22);
  look.coarse = draws.uniform(2, 7);
  look.horizon = draws.uniform(0.3, 0.65);
  return look;
}

double fraction(double value) { return value - std::floor(value); }

// How much of the second colour there is at a point; x and y in units of the shorter side.
double blend_at(const Look& look, const ValueNoise& noise, double x, double y, double height) {
  const double u = x * std::cos(look.angle) + y * std::sin(look.angle);
  const double v = y * std::cos(look.angle) - x * std::sin(look.angle);
  const double clouds = noise.fractal(x * look.coarse, y * look.coarse, 4);
  switch (look.texture) {
    case Texture::kPlaster:
      return std::clamp((clouds - 0.5) * 2.2 + 0.5, 0.0, 1.0);
    case Texture::kCloth:
      return 0.5 + 0.5 * std::sin(2 * std::numbers::pi * (u + 0.03 * clouds) / look.period);
    case Texture::kBoards: {
      const double seam = fraction(u / look.period);
      const double board = std::floor(u / look.period);
      const double streaks = noise.fractal(u * 40, v * 3 + board * 31, 2);
      return seam < 0.05 ? 1.0 : 0.25 * noise.at(board * 7.7, 3) + 0.5 * streaks;
    }
    case Texture::kTiles: {
      const double column = fraction(u / look.period);
      const double row = fraction(v / look.period);
      if (column < 0.06 || row < 0.06) return 1.0;
      return 0.55 * noise.at(std::floor(u / look.period) * 3.1, std::floor(v / look.period) * 5.3);
    }
    case Texture::kRoom:
      return y < look.horizon * height ? 0.35 * clouds
                                       : 0.65 + 0.35 * noise.fractal(x * 9, y * 30, 3);
  }
  return 0;
}

}  // namespace

Image draw_background(std::int64_t width, std::int64_t height, RandomStream& draws) {
  const Look look = random_look(draws);
  const ValueNoise noise(draws);
  Image image(height, width, 3, PixelType::kU8);
  std::uint8_t* pixel = image.mutable_u8().data();
  const double unit = 1.0 / static_cast<double>(std::min(width, height));
  for (std::int64_t row = 0; row < height; ++row) {
    for (std::int64_t column = 0; column < width; ++column, pixel += 3) {
      const double x = static_cast<double>(column) * unit;
      const double y = static_cast<double>(row) * unit;
      const double t = blend_at(look, noise, x, y, static_cast<double>(height) * unit);
      const double grain = look.grain * (noise.fractal(x * 90, y * 90, 2) - 0.5);
      for (std::size_t c = 0; c < 3; ++c) {
        const double value = look.first[c] + (look.second[c] - look.first[c]) * t + grain;
        pixel[c] = static_cast<std::uint8_t>(std::clamp(std::lround(value), 0L, 255L));
      }
    }
  }
  return image;
}

}  // namespace saker
