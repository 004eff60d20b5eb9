// Bilinear interpolation a row at a time: first down the columns, then along the row.
#pragma once

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

// For each output column, the places of its two values in a row, and the weight of the second.
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

}  // namespace saker
