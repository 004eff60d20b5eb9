#include "inference/network_input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "image/resize.hpp"
#include "saker/error.hpp"

namespace saker {

Image with_channels(const Image& image, std::int64_t channels) {
  if (image.channels() == channels) return image;
  if (image.channels() != 1) {
    throw Error(ErrorKind::kUsage,
                fmt::format("the image has {} channels, but the model expects {}; give as many, or "
                            "a gray image",
                            image.channels(),
                            channels));
  }
  Image replicated(image.height(), image.width(), channels, image.type());
  const auto replicate = [&](auto source, auto target) {
    auto out = target.begin();
    for (const auto value : source) out = std::fill_n(out, channels, value);
  };
  image.type() == PixelType::kU8 ? replicate(image.u8(), replicated.mutable_u8())
                                 : replicate(image.f32(), replicated.mutable_f32());
  return replicated;
}

void write_network_input(const Image& image, const NetworkInput& input, std::span<float> chw) {
  const auto channels = static_cast<std::size_t>(input.channels);
  const float unit = image.type() == PixelType::kU8 ? 1.0F / 255.0F : 1.0F;
  std::vector<float> scale(channels, unit);
  std::vector<float> offset(channels, 0.0F);
  if (input.normalization) {
    for (std::size_t c = 0; c < channels; ++c) {
      const double deviation = input.normalization->std.at(c);
      scale[c] = static_cast<float>(static_cast<double>(unit) / deviation);
      offset[c] = static_cast<float>(-input.normalization->mean.at(c) / deviation);
    }
  }
  resize_antialias_planar(with_channels(image, input.channels),
                          input.size.height,
                          input.size.width,
                          scale,
                          offset,
                          chw);
}

}  // namespace saker
