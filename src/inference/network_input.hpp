// From an image to what a network is given: channels, size, normalisation.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "saker/image.hpp"
#include "transforms/batch.hpp"

namespace saker {

struct NetworkInput {
  ImageSize size;
  std::int64_t channels = 3;
  std::optional<Normalization> normalization;  // as many values as channels; empty: as they are

  std::size_t value_count() const {
    return static_cast<std::size_t>(channels * size.height * size.width);
  }
};

// A gray image gets as many equal channels as are expected. Throws Error (usage) for any other
// number of channels, naming both.
Image with_channels(const Image& image, std::int64_t channels);

// The image as a network's input [channels, height, width]: bytes scaled to [0, 1], resized to
// exactly that size with antialiasing, normalised. chw: value_count() values. Normalising before
// and after resizing agree up to rounding, since the filter's weights sum to 1.
// Throws Error (usage) as with_channels does.
void write_network_input(const Image& image, const NetworkInput& input, std::span<float> chw);

}  // namespace saker
