// Colours of drawings.
#pragma once

#include <cstdint>

namespace saker {

struct Rgb {
  std::uint8_t red = 0, green = 0, blue = 0;

  friend bool operator==(const Rgb&, const Rgb&) = default;
};

// hue in turns (its fraction counts), saturation and value in [0, 1]; each channel is trunc(255 v).
Rgb hsv_to_rgb(double hue, double saturation, double value);

// In [0, 1]. Source: WCAG 2.1, "relative luminance".
double relative_luminance(Rgb color);

// Near-black or white, whichever has the higher WCAG contrast ratio on `background`.
Rgb readable_text_color(Rgb background);

}  // namespace saker
