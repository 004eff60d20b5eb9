#include "transforms/normalize.hpp"

#include <fmt/format.h>

#include <cstddef>

#include "saker/error.hpp"

namespace saker {
namespace {

struct ChannelValues {
  float mean = 0, inverse_std = 1;
};

std::vector<ChannelValues> channel_values(const std::optional<Normalization>& normalization,
                                          std::int64_t channels) {
  std::vector<ChannelValues> values(static_cast<std::size_t>(channels));
  if (!normalization) return values;
  if (normalization->mean.size() != values.size() || normalization->std.size() != values.size()) {
    throw Error(ErrorKind::kData,
                fmt::format("an image has {} channels, but normalize has {} means and {} stds",
                            channels,
                            normalization->mean.size(),
                            normalization->std.size()));
  }
  for (std::size_t c = 0; c < values.size(); ++c) {
    values[c] = {static_cast<float>(normalization->mean[c]),
                 1.0F / static_cast<float>(normalization->std[c])};
  }
  return values;
}

}  // namespace

std::vector<std::array<float, 256>> level_tables(const std::optional<Normalization>& normalization,
                                                 std::int64_t channels) {
  std::vector<std::array<float, 256>> tables;
  for (const ChannelValues& channel : channel_values(normalization, channels)) {
    std::array<float, 256>& table = tables.emplace_back();
    for (std::size_t level = 0; level < table.size(); ++level) {
      table[level] = (static_cast<float>(level) / 255.0F - channel.mean) * channel.inverse_std;
    }
  }
  return tables;
}

ChannelScaling channel_scaling(const std::optional<Normalization>& normalization,
                               std::int64_t channels,
                               PixelType type) {
  ChannelScaling scaling;
  const double full = type == PixelType::kU8 ? 255.0 : 1.0;
  for (const ChannelValues& channel : channel_values(normalization, channels)) {
    const double inverse_std = channel.inverse_std;
    scaling.scale.push_back(static_cast<float>(inverse_std / full));
    scaling.bias.push_back(static_cast<float>(-static_cast<double>(channel.mean) * inverse_std));
  }
  return scaling;
}

void normalize_to_chw(const Image& image,
                      const std::optional<Normalization>& normalization,
                      std::span<float> target) {
  const auto channels = static_cast<std::size_t>(image.channels());
  const std::size_t pixels = image.value_count() / channels;
  if (target.size() != image.value_count())
    throw Error(ErrorKind::kInternal, "normalize_to_chw: the target has another size");
  if (image.type() == PixelType::kU8) {
    const auto tables = level_tables(normalization, image.channels());
    for (std::size_t c = 0; c < channels; ++c) {
      const std::uint8_t* from = image.u8().data() + c;
      float* to = target.data() + c * pixels;
      for (std::size_t i = 0; i < pixels; ++i) to[i] = tables[c][from[i * channels]];
    }
    return;
  }
  const auto values = channel_values(normalization, image.channels());
  for (std::size_t c = 0; c < channels; ++c) {
    const float* from = image.f32().data() + c;
    float* to = target.data() + c * pixels;
    for (std::size_t i = 0; i < pixels; ++i)
      to[i] = (from[i * channels] - values[c].mean) * values[c].inverse_std;
  }
}

}  // namespace saker
