#include "transforms/channel_drop.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <numeric>
#include <span>

#include "saker/error.hpp"

namespace saker {
namespace {

template <typename T>
void copy_channels(std::span<const T> from,
                   std::size_t channels,
                   const std::vector<std::int64_t>& kept,
                   std::span<T> to) {
  std::size_t written = 0;
  for (std::size_t pixel = 0; pixel < from.size(); pixel += channels) {
    for (const std::int64_t channel : kept)
      to[written++] = from[pixel + static_cast<std::size_t>(channel)];
  }
}

}  // namespace

std::vector<std::int64_t> draw_kept_channels(const ChannelDropSettings& settings,
                                             RandomStream& draws) {
  std::vector<double> weights = settings.weight_drop;
  std::vector<std::int64_t> kept(weights.size());
  std::iota(kept.begin(), kept.end(), 0);
  while (static_cast<std::int64_t>(kept.size()) > settings.num_channels_keep) {
    double rest = draws.uniform() * std::accumulate(weights.begin(), weights.end(), 0.0);
    // The last channel with a weight, should rounding leave some of `rest`.
    std::size_t dropped = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      if (weights[i] <= 0) continue;
      dropped = i;
      if (rest < weights[i]) break;
      rest -= weights[i];
    }
    weights.erase(weights.begin() + static_cast<std::ptrdiff_t>(dropped));
    kept.erase(kept.begin() + static_cast<std::ptrdiff_t>(dropped));
  }
  return kept;
}

Image keep_channels(const Image& image, const std::vector<std::int64_t>& channels) {
  Image result(
      image.height(), image.width(), static_cast<std::int64_t>(channels.size()), image.type());
  const auto from_channels = static_cast<std::size_t>(image.channels());
  if (image.type() == PixelType::kU8) {
    copy_channels<std::uint8_t>(image.u8(), from_channels, channels, result.mutable_u8());
  } else {
    copy_channels<float>(image.f32(), from_channels, channels, result.mutable_f32());
  }
  return result;
}

void channel_drop(const ChannelDropSettings& settings, RandomStream& draws, Image& image) {
  const auto channels = static_cast<std::int64_t>(settings.weight_drop.size());
  if (image.channels() != channels) {
    throw Error(ErrorKind::kData,
                fmt::format("channel_drop has {} weights, but the image has {} channels",
                            channels,
                            image.channels()));
  }
  if (channels > settings.num_channels_keep)
    image = keep_channels(image, draw_kept_channels(settings, draws));
}

}  // namespace saker
