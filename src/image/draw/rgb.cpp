#include "image/draw/rgb.hpp"

#include <cmath>

namespace saker {
namespace {

std::uint8_t truncated(double value) { return static_cast<std::uint8_t>(255.0 * value); }

double linear(std::uint8_t channel) {
  const double value = channel / 255.0;
  return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

}  // namespace

Rgb hsv_to_rgb(double hue, double saturation, double value) {
  const double sixths = (hue - std::floor(hue)) * 6.0;
  const double sector = std::floor(sixths);
  const double fraction = sixths - sector;
  const std::uint8_t top = truncated(value);
  const std::uint8_t low = truncated(value * (1.0 - saturation));
  const std::uint8_t falling = truncated(value * (1.0 - saturation * fraction));
  const std::uint8_t rising = truncated(value * (1.0 - saturation * (1.0 - fraction)));
  switch (static_cast<int>(sector)) {
    case 1:
      return {falling, top, low};
    case 2:
      return {low, top, rising};
    case 3:
      return {low, falling, top};
    case 4:
      return {rising, low, top};
    case 5:
      return {top, low, falling};
    default:
      return {top, rising, low};
  }
}

double relative_luminance(Rgb color) {
  return 0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue);
}

Rgb readable_text_color(Rgb background) {
  constexpr Rgb kInk = {16, 16, 16};
  const double luminance = relative_luminance(background);
  const double on_white = 1.05 / (luminance + 0.05);
  const double on_ink = (luminance + 0.05) / (relative_luminance(kInk) + 0.05);
  return on_white >= on_ink ? Rgb{255, 255, 255} : kInk;
}

}  // namespace saker
