#include "image/draw/class_color.hpp"

#include <array>
#include <cmath>

namespace saker {
namespace {

constexpr double kGoldenRatioConjugate = 0.618033988749895;

constexpr std::array<Rgb, 10> kPalette = {{
    {0, 114, 178},    // blue
    {230, 159, 0},    // orange
    {0, 158, 115},    // bluish green
    {204, 121, 167},  // reddish purple
    {86, 180, 233},   // sky blue
    {213, 94, 0},     // vermilion
    {240, 228, 66},   // yellow
    {136, 34, 85},    // wine
    {153, 153, 51},   // olive
    {51, 34, 136},    // indigo
}};

}  // namespace

Rgb class_color(std::int64_t class_id) {
  return hsv_to_rgb(
      std::fmod(static_cast<double>(class_id) * kGoldenRatioConjugate, 1.0), 0.9, 0.95);
}

Rgb palette_color(std::int64_t class_id) {
  if (class_id >= 0 && class_id < static_cast<std::int64_t>(kPalette.size())) {
    return kPalette[static_cast<std::size_t>(class_id)];
  }
  // Value alternates, so that neighbours in hue differ in lightness as well; the offset keeps the
  // first twenty colours furthest apart.
  return hsv_to_rgb(std::fmod(static_cast<double>(class_id) * kGoldenRatioConjugate + 0.01, 1.0),
                    0.95,
                    class_id % 2 == 0 ? 0.95 : 0.75);
}

}  // namespace saker
