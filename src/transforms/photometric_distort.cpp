#include "transforms/photometric_distort.hpp"

#include <algorithm>

#include "transforms/color.hpp"

namespace saker {

ColorJitter draw_color_jitter(const PhotometricDistortSettings& settings, RandomStream& draws) {
  ColorJitter jitter;
  jitter.brightness = draws.uniform(settings.brightness[0], settings.brightness[1]);
  jitter.contrast = draws.uniform(settings.contrast[0], settings.contrast[1]);
  jitter.saturation = draws.uniform(settings.saturation[0], settings.saturation[1]);
  jitter.hue = draws.uniform(settings.hue[0], settings.hue[1]);
  std::ranges::copy(draws.permutation(4), jitter.order.begin());
  return jitter;
}

void apply_color_jitter(const ColorJitter& jitter, Image& image) {
  for (const std::int64_t operation : jitter.order) {
    switch (operation) {
      case 0:
        adjust_brightness(image, jitter.brightness);
        break;
      case 1:
        adjust_contrast(image, jitter.contrast);
        break;
      case 2:
        adjust_saturation(image, jitter.saturation);
        break;
      default:
        adjust_hue(image, jitter.hue);
    }
  }
}

void photometric_distort(const PhotometricDistortSettings& settings,
                         RandomStream& draws,
                         Image& image) {
  if (draws.uniform() >= settings.prob) return;
  for (const std::int64_t part : draws.permutation(2)) {
    if (draws.uniform() >= settings.prob) continue;
    if (part == 0) {
      apply_color_jitter(draw_color_jitter(settings, draws), image);
    } else if (image.channels() == 3) {
      std::array<std::int64_t, 3> order{};
      std::ranges::copy(draws.permutation(3), order.begin());
      shuffle_channels(image, order);
    }
  }
}

}  // namespace saker
