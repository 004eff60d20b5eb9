#include "transforms/bilinear_rows.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>

namespace saker {
namespace {

// Four floats in a register on every processor that has one of 16 bytes.
using Lanes = float __attribute__((vector_size(16)));

Lanes load(const float* from) {
  Lanes lanes;
  std::memcpy(&lanes, from, sizeof(lanes));
  return lanes;
}
void store(Lanes lanes, float* to) { std::memcpy(to, &lanes, sizeof(lanes)); }

Lanes interpolate(const float* row, const ColumnPlan& plan, std::size_t x) {
  const float weight = plan.weight[x];
  return (1.0F - weight) * load(row + plan.first[x]) + weight * load(row + plan.second[x]);
}

struct FourLanes {
  Lanes a, b, c, d;
};

// Rows become columns.
FourLanes transpose(const FourLanes& rows) {
  const Lanes ab_low = __builtin_shufflevector(rows.a, rows.b, 0, 4, 1, 5);
  const Lanes ab_high = __builtin_shufflevector(rows.a, rows.b, 2, 6, 3, 7);
  const Lanes cd_low = __builtin_shufflevector(rows.c, rows.d, 0, 4, 1, 5);
  const Lanes cd_high = __builtin_shufflevector(rows.c, rows.d, 2, 6, 3, 7);
  return {__builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5),
          __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7),
          __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5),
          __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7)};
}

}  // namespace

std::vector<LinearTap> linear_taps(std::int64_t count_in, std::int64_t count_out) {
  return linear_taps(count_in, count_out, 0, count_out);
}

std::vector<LinearTap> linear_taps(std::int64_t count_in,
                                   std::int64_t count_out,
                                   std::int64_t first,
                                   std::int64_t count) {
  std::vector<LinearTap> taps(static_cast<std::size_t>(count));
  const double step = static_cast<double>(count_in) / static_cast<double>(count_out);
  for (std::int64_t i = 0; i < count; ++i) {
    // In double: on wide canvases a float32 coordinate would show in the weights.
    const double position = (static_cast<double>(first + i) + 0.5) * step - 0.5;
    const auto index = static_cast<std::int64_t>(std::floor(position));
    LinearTap& tap = taps[static_cast<std::size_t>(i)];
    if (index < 0) continue;
    tap.first = std::min(index, count_in - 1);
    tap.second = std::min(index + 1, count_in - 1);
    tap.weight =
        index < count_in - 1 ? static_cast<float>(position - static_cast<double>(index)) : 0.0F;
  }
  return taps;
}

// A version with AVX2's gather instructions was at most 6 % faster.
void gather_row(const float* row, const ColumnPlan& plan, float scale, float bias, float* to) {
  for (std::size_t x = 0; x < plan.weight.size(); ++x) {
    const float weight = plan.weight[x];
    const float value = (1.0F - weight) * row[plan.first[x]] + weight * row[plan.second[x]];
    to[x] = value * scale + bias;
  }
}

void gather_rgb_row(const float* row, const ColumnPlan& plan, const RgbRows& target) {
  const auto& [scale, bias, to] = target;
  const Lanes scales = {scale[0], scale[1], scale[2], 0};
  const Lanes biases = {bias[0], bias[1], bias[2], 0};
  const auto pixel = [&](std::size_t x) { return interpolate(row, plan, x) * scales + biases; };
  const std::size_t count = plan.weight.size();
  std::size_t x = 0;
  for (; x + 4 <= count; x += 4) {
    const FourLanes rgb = transpose({pixel(x), pixel(x + 1), pixel(x + 2), pixel(x + 3)});
    store(rgb.a, to[0] + x);
    store(rgb.b, to[1] + x);
    store(rgb.c, to[2] + x);
  }
  for (; x < count; ++x) {
    const Lanes lanes = pixel(x);
    for (std::size_t c = 0; c < 3; ++c) to[c][x] = lanes[c];
  }
}

void interleave_rgb_rows(const std::array<const float*, 3>& channels,
                         std::int64_t count,
                         float* to) {
  std::int64_t x = 0;
  for (; x + 4 <= count; x += 4, to += 16) {
    const FourLanes pixels =
        transpose({load(channels[0] + x), load(channels[1] + x), load(channels[2] + x), Lanes{}});
    store(pixels.a, to);
    store(pixels.b, to + 4);
    store(pixels.c, to + 8);
    store(pixels.d, to + 12);
  }
  for (; x < count; ++x, to += 4) {
    for (std::size_t c = 0; c < 3; ++c) to[c] = channels[c][x];
    to[3] = 0;
  }
}

}  // namespace saker
