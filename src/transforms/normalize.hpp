// Pixels to network values: to [0, 1] as float32, then (value - mean) / std for each channel.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

#include "saker/image.hpp"
#include "transforms/batch.hpp"

namespace saker {

// Per channel of uint8 pixels, the network's value of each of the 256 levels: (v / 255 - mean) * (1
// / std) in float32. An empty normalization stands for mean 0 and std 1.
std::vector<std::array<float, 256>> level_tables(const std::optional<Normalization>& normalization,
                                                 std::int64_t channels);

// value * scale + bias for each channel, which does the same to raw pixel values of that type, up
// to rounding.
struct ChannelScaling {
  std::vector<float> scale, bias;
};
ChannelScaling channel_scaling(const std::optional<Normalization>& normalization,
                               std::int64_t channels,
                               PixelType type);

// Writes the network's values of all pixels, channels first: [C, H, W].
// Throws Error (data) when the normalization has another number of channels than the image.
void normalize_to_chw(const Image& image,
                      const std::optional<Normalization>& normalization,
                      std::span<float> target);

}  // namespace saker
