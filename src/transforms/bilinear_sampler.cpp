#include "transforms/bilinear_sampler.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "saker/error.hpp"
#include "transforms/bilinear_rows.hpp"

namespace saker {
namespace {

// The blended row holds the source columns low .. high - 1 that are read, then one pixel of fill.
ColumnPlan plan_columns(const std::vector<LinearTap>& taps,
                        const PlacedAxis& columns,
                        std::int64_t low,
                        std::int64_t high,
                        std::int64_t channels) {
  ColumnPlan plan;
  const auto place = [&](std::int64_t canvas_column) {
    const std::int64_t column = columns.at(canvas_column);
    return static_cast<std::int32_t>((column < 0 ? high - low : column - low) * channels);
  };
  for (const LinearTap& tap : taps) {
    plan.first.push_back(place(tap.first));
    plan.second.push_back(place(tap.second));
    plan.weight.push_back(tap.weight);
  }
  return plan;
}

template <typename T>
void sample(const PlacedImage& image,
            std::span<const T> pixels,
            float fill,
            const ChannelScaling& scaling,
            ImageSize size,
            float* target) {
  const std::int64_t channels = image.source().channels();
  const std::vector<LinearTap> column_taps = linear_taps(image.size().width, size.width);
  const std::vector<LinearTap> row_taps = linear_taps(image.size().height, size.height);
  const std::int64_t low = image.columns().begin;
  const std::int64_t high = image.columns().end;
  const ColumnPlan plan = plan_columns(column_taps, image.columns(), low, high, channels);
  const std::int64_t row_values = (high - low) * channels;
  const std::int64_t plane = size.height * size.width;

  // One value more, which gather_rgb_row reads.
  std::vector<float> row(static_cast<std::size_t>(row_values + channels + 1), fill);
  const std::vector<T> fill_row(static_cast<std::size_t>(row_values), static_cast<T>(fill));
  const auto row_at = [&](std::int64_t canvas_row) {
    const std::int64_t index = image.rows().at(canvas_row);
    return index < 0 ? fill_row.data()
                     : pixels.data() + (index * image.source().width() + low) * channels;
  };

  const auto scale_of = [&](std::int64_t c) { return scaling.scale[static_cast<std::size_t>(c)]; };
  const auto bias_of = [&](std::int64_t c) { return scaling.bias[static_cast<std::size_t>(c)]; };
  for (std::int64_t y = 0; y < size.height; ++y) {
    const LinearTap& tap = row_taps[static_cast<std::size_t>(y)];
    const T* first = row_at(tap.first);
    const T* second = row_at(tap.second);
    float* to = target + y * size.width;
    if (first == fill_row.data() && second == fill_row.data()) {
      for (std::int64_t c = 0; c < channels; ++c)
        std::fill_n(to + c * plane, size.width, fill * scale_of(c) + bias_of(c));
      continue;
    }
    blend_rows(first, second, tap.weight, row_values, row.data());
    if (channels == 3) {
      gather_rgb_row(row.data(),
                     plan,
                     {.scale = {scale_of(0), scale_of(1), scale_of(2)},
                      .bias = {bias_of(0), bias_of(1), bias_of(2)},
                      .to = {to, to + plane, to + 2 * plane}});
      continue;
    }
    for (std::int64_t c = 0; c < channels; ++c)
      gather_row(row.data() + c, plan, scale_of(c), bias_of(c), to + c * plane);
  }
}

}  // namespace

void sample_bilinear(const PlacedImage& image,
                     const ChannelScaling& scaling,
                     ImageSize size,
                     std::span<float> target) {
  const Image& source = image.source();
  const auto channels = static_cast<std::size_t>(source.channels());
  if (target.size() != channels * static_cast<std::size_t>(size.height * size.width) ||
      scaling.scale.size() != channels) {
    throw Error(ErrorKind::kInternal,
                "sample_bilinear: the target or the scaling has another size");
  }
  // A quarter turn would read the source down its columns; turning it first is faster.
  if (image.transposed())
    return sample_bilinear(PlacedImage(image.materialize()), scaling, size, target);
  if (source.type() == PixelType::kU8) {
    const auto fill = static_cast<float>(std::clamp(std::nearbyint(image.fill()), 0.0, 255.0));
    sample<std::uint8_t>(image, source.u8(), fill, scaling, size, target.data());
  } else {
    sample<float>(
        image, source.f32(), static_cast<float>(image.fill()), scaling, size, target.data());
  }
}

}  // namespace saker
