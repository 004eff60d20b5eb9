#include "transforms/batch_resize.hpp"

#include <cstddef>
#include <utility>
#include <vector>

#include "transforms/bilinear_rows.hpp"

namespace saker {
namespace {

constexpr std::int64_t kRgb = 3;

// pixel_values: how far pixels are apart in a row.
ColumnPlan plan_columns(std::int64_t width_in, std::int64_t width_out, std::int64_t pixel_values) {
  ColumnPlan columns;
  for (const LinearTap& tap : linear_taps(width_in, width_out)) {
    columns.first.push_back(static_cast<std::int32_t>(tap.first * pixel_values));
    columns.second.push_back(static_cast<std::int32_t>(tap.second * pixel_values));
    columns.weight.push_back(tap.weight);
  }
  return columns;
}

// One channel after the other.
void resize_planes(
    const float* from, std::int64_t planes, ImageSize size_in, ImageSize size_out, float* to) {
  const std::vector<LinearTap> taps = linear_taps(size_in.height, size_out.height);
  const ColumnPlan columns = plan_columns(size_in.width, size_out.width, 1);
  std::vector<float> row(static_cast<std::size_t>(size_in.width));
  for (std::int64_t plane = 0; plane < planes; ++plane, from += size_in.height * size_in.width) {
    for (const LinearTap& tap : taps) {
      blend_rows(from + tap.first * size_in.width,
                 from + tap.second * size_in.width,
                 tap.weight,
                 size_in.width,
                 row.data());
      gather_row(row.data(), columns, 1, 0, to);
      to += size_out.width;
    }
  }
}

// Three channels at once, as pixels of four values: twice as fast.
void resize_rgb(
    const float* from, std::int64_t images, ImageSize size_in, ImageSize size_out, float* to) {
  const std::vector<LinearTap> taps = linear_taps(size_in.height, size_out.height);
  const ColumnPlan columns = plan_columns(size_in.width, size_out.width, 4);
  const std::int64_t plane_in = size_in.height * size_in.width;
  const std::int64_t plane_out = size_out.height * size_out.width;
  std::vector<float> rows(static_cast<std::size_t>(kRgb * size_in.width));
  std::vector<float> pixels(static_cast<std::size_t>(4 * size_in.width));
  const auto channel = [&](std::int64_t c) { return rows.data() + c * size_in.width; };
  for (std::int64_t image = 0; image < images; ++image) {
    for (std::size_t y = 0; y < taps.size(); ++y) {
      const LinearTap& tap = taps[y];
      for (std::int64_t c = 0; c < kRgb; ++c) {
        const float* plane = from + (image * kRgb + c) * plane_in;
        blend_rows(plane + tap.first * size_in.width,
                   plane + tap.second * size_in.width,
                   tap.weight,
                   size_in.width,
                   channel(c));
      }
      interleave_rgb_rows({channel(0), channel(1), channel(2)}, size_in.width, pixels.data());
      float* target = to + image * kRgb * plane_out + static_cast<std::int64_t>(y) * size_out.width;
      gather_rgb_row(
          pixels.data(), columns, {.to = {target, target + plane_out, target + 2 * plane_out}});
    }
  }
}

}  // namespace

void resize_batch(Batch& batch, ImageSize size) {
  if (size == batch.size) return;
  const std::int64_t planes = batch.count() * batch.channels;
  PooledFloats images =
      batch.images.another(static_cast<std::size_t>(planes * size.height * size.width));
  if (batch.channels == kRgb) {
    resize_rgb(batch.images.data(), batch.count(), batch.size, size, images.data());
  } else {
    resize_planes(batch.images.data(), planes, batch.size, size, images.data());
  }
  batch.images = std::move(images);
  batch.size = size;
}

}  // namespace saker
