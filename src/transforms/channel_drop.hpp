// Leaves out channels of images that have more than the network reads.
#pragma once

#include <cstdint>
#include <vector>

#include "core/random_stream.hpp"
#include "saker/image.hpp"

namespace saker {

struct ChannelDropSettings {
  std::int64_t num_channels_keep = 0;
  // One for each channel of the images; a channel of weight 0 is always kept.
  std::vector<double> weight_drop = {};
};

// The channels that stay, ascending: all but (their number - num_channels_keep) that are drawn one
// after another without replacement, each with a probability in proportion to its weight.
std::vector<std::int64_t> draw_kept_channels(const ChannelDropSettings& settings,
                                             RandomStream& draws);
Image keep_channels(const Image& image, const std::vector<std::int64_t>& channels);

// Throws Error (data) unless the image has a channel for each weight.
void channel_drop(const ChannelDropSettings& settings, RandomStream& draws, Image& image);

}  // namespace saker
