#include "transforms/scale_jitter.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace saker {

std::vector<ImageSize> round_sizes(std::vector<ImageSize> sizes,
                                   std::optional<std::int64_t> divisible_by) {
  if (!divisible_by) return sizes;
  const auto divisor = static_cast<double>(*divisible_by);
  const auto round = [&](std::int64_t side) {
    return static_cast<std::int64_t>(std::nearbyint(static_cast<double>(side) / divisor)) *
           *divisible_by;
  };
  for (ImageSize& size : sizes) size = {round(size.height), round(size.width)};
  return sizes;
}

std::vector<ImageSize> spaced_sizes(ImageSize target,
                                    double min_scale,
                                    double max_scale,
                                    std::int64_t count) {
  std::vector<ImageSize> sizes;
  const double step = count > 1 ? (max_scale - min_scale) / static_cast<double>(count - 1) : 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const bool last = count > 1 && i == count - 1;
    const double factor = last ? max_scale : min_scale + static_cast<double>(i) * step;
    sizes.push_back({static_cast<std::int64_t>(static_cast<double>(target.height) * factor),
                     static_cast<std::int64_t>(static_cast<double>(target.width) * factor)});
  }
  return sizes;
}

std::vector<ImageSize> scaled_sizes(std::vector<ImageSize> sizes,
                                    ImageSize from,
                                    ImageSize to,
                                    std::int64_t multiple) {
  const auto scale = [multiple](std::int64_t side, std::int64_t side_from, std::int64_t side_to) {
    const double exact =
        static_cast<double>(side) * static_cast<double>(side_to) / static_cast<double>(side_from);
    const double multiples = std::nearbyint(exact / static_cast<double>(multiple));
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(multiples)) * multiple;
  };
  for (ImageSize& size : sizes) {
    size = {scale(size.height, from.height, to.height), scale(size.width, from.width, to.width)};
  }
  return sizes;
}

std::vector<ImageSize> jitter_sizes(const ScaleJitterSettings& settings, ImageSize image_size) {
  std::vector<ImageSize> sizes = settings.sizes ? *settings.sizes
                                                : spaced_sizes(image_size,
                                                               settings.min_scale.value_or(1),
                                                               settings.max_scale.value_or(1),
                                                               settings.num_scales.value_or(1));
  return round_sizes(std::move(sizes), settings.divisible_by.value_or(std::nullopt));
}

}  // namespace saker
