#include "transforms/batch_resize.hpp"

#include <cstddef>
#include <utility>
#include <vector>

#include "transforms/bilinear_rows.hpp"

namespace saker {

void resize_batch(Batch& batch, ImageSize size) {
  if (size == batch.size) return;
  const auto [height, width] = batch.size;
  const std::vector<LinearTap> row_taps = linear_taps(height, size.height);
  ColumnPlan columns;
  for (const LinearTap& tap : linear_taps(width, size.width)) {
    columns.first.push_back(static_cast<std::int32_t>(tap.first));
    columns.second.push_back(static_cast<std::int32_t>(tap.second));
    columns.weight.push_back(tap.weight);
  }
  const std::int64_t planes = batch.count() * batch.channels;
  std::vector<float> images(static_cast<std::size_t>(planes * size.height * size.width));
  std::vector<float> row(static_cast<std::size_t>(width));
  float* to = images.data();
  for (std::int64_t plane = 0; plane < planes; ++plane) {
    const float* from = batch.images.data() + plane * height * width;
    for (const LinearTap& tap : row_taps) {
      blend_rows(
          from + tap.first * width, from + tap.second * width, tap.weight, width, row.data());
      gather_row(row.data(), columns, 1, 0, to);
      to += size.width;
    }
  }
  batch.images = std::move(images);
  batch.size = size;
}

}  // namespace saker
