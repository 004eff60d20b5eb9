#include "inference/network_input.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "image/resize.hpp"
#include "saker/error.hpp"
#include "transforms/normalize.hpp"

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
  const ChannelScaling scaling = channel_scaling(input.normalization, input.channels, image.type());
  resize_antialias_planar(with_channels(image, input.channels),
                          input.size.height,
                          input.size.width,
                          scaling.scale,
                          scaling.bias,
                          chw);
}

}  // namespace saker
