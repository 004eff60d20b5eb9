#include "transforms/solarize.hpp"

#include <cstdint>

namespace saker {

void solarize(Image& image, double threshold) {
  if (image.type() == PixelType::kU8) {
    const double level = threshold * 255;
    for (std::uint8_t& value : image.mutable_u8())
      if (value >= level) value = static_cast<std::uint8_t>(255 - value);
    return;
  }
  const auto level = static_cast<float>(threshold);
  for (float& value : image.mutable_f32())
    if (value >= level) value = 1 - value;
}

void random_solarize(const SolarizeSettings& settings, RandomStream& draws, Image& image) {
  if (draws.uniform() < settings.prob) solarize(image, settings.threshold);
}

}  // namespace saker
