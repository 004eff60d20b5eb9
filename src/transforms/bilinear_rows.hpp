// Bilinear interpolation a row at a time: first down the columns, then along the row.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace saker {

// The two indices that an output index reads: (1 - weight) * first + weight * second.
struct LinearTap {
  std::int64_t first = 0, second = 0;
  float weight = 0;
};

// Half-pixel centres, clamped at the ends, no antialiasing.
std::vector<LinearTap> linear_taps(std::int64_t count_in, std::int64_t count_out);
// Those of the output indices first .. first + count - 1.
std::vector<LinearTap> linear_taps(std::int64_t count_in,
                                   std::int64_t count_out,
                                   std::int64_t first,
                                   std::int64_t count);

// For each output column, the places of its two pixels in a row, and the weight of the second.
struct ColumnPlan {
  std::vector<std::int32_t> first, second;
  std::vector<float> weight;
};

// to[i] = (1 - weight) * a[i] + weight * b[i]
template <typename T>
void blend_rows(const T* a, const T* b, float weight, std::int64_t count, float* to) {
  const float rest = 1.0F - weight;
  for (std::int64_t i = 0; i < count; ++i)
    to[i] = rest * static_cast<float>(a[i]) + weight * static_cast<float>(b[i]);
}

// to[x] = scale * (interpolated value of column x) + bias
void gather_row(const float* row, const ColumnPlan& plan, float scale, float bias, float* to);

// The same for three channels whose values stand next to one another, into a row of each channel.
// One value more is read behind those of a pixel.
struct RgbRows {
  std::array<float, 3> scale = {1, 1, 1}, bias = {};
  std::array<float*, 3> to = {};
};
void gather_rgb_row(const float* row, const ColumnPlan& plan, const RgbRows& target);

// Four values a pixel: one of each channel's row, and 0.
void interleave_rgb_rows(const std::array<const float*, 3>& channels,
                         std::int64_t count,
                         float* to);

}  // namespace saker
