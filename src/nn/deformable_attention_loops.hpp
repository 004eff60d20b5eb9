// The loops of DeformableAttentionKernel, written once for every processor level. For the
// deformable_attention_kernel_*.cpp files only.
#pragma once

#include <cstdint>

#include "nn/deformable_attention_kernel.hpp"
#include "nn/simd_vector.hpp"

namespace saker {

template <class Level>
class DeformableAttentionLoops {
 public:
  static void forward(const SampledTokens& value,
                      const SampledLevel* levels,
                      std::int64_t level_count,
                      const float* locations,
                      const float* weights,
                      float* output,
                      float* coverage) {
    Corner corners[kCorners];
    int count = 0;
    bool first = true;
    float covered = 0;
    const auto flush = [&] {
      accumulate(value, corners, count, first, output);
      count = 0;
      first = false;
    };
    for (std::int64_t l = 0; l < level_count; ++l) {
      for (std::int64_t p = 0; p < levels[l].points; ++p, locations += 2, ++weights) {
        if (count + 4 > kCorners) flush();
        const Cell cell(levels[l], locations[0], locations[1]);
        for (int k = 0; k < cell.count; ++k) {
          const float weight = *weights * cell.corners[k].weight;
          covered += weight;
          corners[count++] = {weight, cell.corners[k].token};
        }
      }
    }
    flush();
    if (coverage != nullptr) *coverage = covered;
  }

  static void backward(const SampledTokens& value,
                       const SampledLevel* levels,
                       std::int64_t level_count,
                       const float* locations,
                       const float* weights,
                       const float* grad_output,
                       float* grad_value,
                       float* grad_locations,
                       float* grad_weights) {
    for (std::int64_t l = 0; l < level_count; ++l) {
      for (std::int64_t p = 0; p < levels[l].points;
           ++p, locations += 2, ++weights, grad_locations += 2, ++grad_weights) {
        const Cell cell(levels[l], locations[0], locations[1]);
        float along[3] = {};
        std::int64_t c = 0;
        const auto run = [&]<int L> {
          if (c + L > value.channels) return;
          Sums<L> sums;
          for (; c + L <= value.channels; c += L)
            point_gradient<L>(value, cell, *weights, grad_output, c, grad_value, sums);
          along[0] += sum_lanes<Level, L>(sums.weight);
          along[1] += sum_lanes<Level, L>(sums.x);
          along[2] += sum_lanes<Level, L>(sums.y);
        };
        run.template operator()<N>();
        run.template operator()<N / 2>();
        run.template operator()<N / 4>();
        run.template operator()<1>();
        *grad_weights = along[0];
        grad_locations[0] = *weights * static_cast<float>(levels[l].width) * along[1];
        grad_locations[1] = *weights * static_cast<float>(levels[l].height) * along[2];
      }
    }
  }

 private:
  static constexpr int N = Level::kLanes;
  static constexpr int kCorners = 64;  // held before they are summed

  struct Corner {
    float weight;
    std::int64_t token;
  };

  // The up to four pixels around a location that lie inside the map, with their weights and the
  // derivatives of those by the location in pixels.
  struct Cell {
    struct Pixel {
      float weight, by_x, by_y;
      std::int64_t token;
    };
    Pixel corners[4];
    int count = 0;

    [[gnu::always_inline]] Cell(const SampledLevel& level, float location_x, float location_y) {
      const auto width = static_cast<float>(level.width), height = static_cast<float>(level.height);
      const float x = location_x * width - 0.5F, y = location_y * height - 0.5F;
      // Written so that a value that is not a number is outside.
      if (!(x > -1 && y > -1 && x < width && y < height)) return;
      // Both are above -1, so that truncation after adding 1 rounds down.
      const auto left = static_cast<std::int32_t>(x + 1) - 1;
      const auto top = static_cast<std::int32_t>(y + 1) - 1;
      const float right_part = x - static_cast<float>(left);
      const float bottom_part = y - static_cast<float>(top);
      for (int dy = 0; dy < 2; ++dy) {
        const std::int64_t row = top + dy;
        if (row < 0 || row >= level.height) continue;
        const float along_y = dy == 0 ? 1 - bottom_part : bottom_part;
        for (int dx = 0; dx < 2; ++dx) {
          const std::int64_t column = left + dx;
          if (column < 0 || column >= level.width) continue;
          const float along_x = dx == 0 ? 1 - right_part : right_part;
          corners[count++] = {along_x * along_y,
                              dx == 0 ? -along_y : along_y,
                              dy == 0 ? -along_x : along_x,
                              level.first_token + row * level.width + column};
        }
      }
    }
  };

  // output (+)= the weighted sum of the tokens.
  static void accumulate(
      const SampledTokens& value, const Corner* corners, int count, bool first, float* output) {
    std::int64_t c = 0;
    const auto run = [&]<int Vectors, int L> {
      for (; c + Vectors * L <= value.channels; c += Vectors * L)
        accumulate_run<Vectors, L>(value, corners, count, first, c, output);
    };
    run.template operator()<4, N>();
    run.template operator()<3, N>();
    run.template operator()<2, N>();
    run.template operator()<1, N>();
    run.template operator()<1, N / 2>();
    run.template operator()<1, N / 4>();
    run.template operator()<1, 1>();
  }

  template <int Vectors, int L>
  [[gnu::always_inline]] static void accumulate_run(const SampledTokens& value,
                                                    const Corner* corners,
                                                    int count,
                                                    bool first,
                                                    std::int64_t c,
                                                    float* output) {
    Simd<L> sums[Vectors] = {};
    if (!first) {
#pragma GCC unroll 4
      for (int v = 0; v < Vectors; ++v) sums[v] = load<Level, L>(output + c + v * L);
    }
    for (int k = 0; k < count; ++k) {
      const float* const from = value.data + corners[k].token * value.stride + c;
#pragma GCC unroll 4
      for (int v = 0; v < Vectors; ++v) sums[v] += corners[k].weight * load<Level, L>(from + v * L);
    }
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; ++v) store<Level, L>(output + c + v * L, sums[v]);
  }

  // Sums over channels of grad_output * value * (weight of the corner or its derivative).
  template <int L>
  struct Sums {
    Simd<L> weight = {}, x = {}, y = {};
  };

  template <int L>
  [[gnu::always_inline]] static void point_gradient(const SampledTokens& value,
                                                    const Cell& cell,
                                                    float weight,
                                                    const float* grad_output,
                                                    std::int64_t c,
                                                    float* grad_value,
                                                    Sums<L>& sums) {
    const Simd<L> gradient = load<Level, L>(grad_output + c);
    for (int k = 0; k < cell.count; ++k) {
      const auto& corner = cell.corners[k];
      const std::int64_t offset = corner.token * value.stride + c;
      const Simd<L> product = gradient * load<Level, L>(value.data + offset);
      sums.weight += corner.weight * product;
      sums.x += corner.by_x * product;
      sums.y += corner.by_y * product;
      if (grad_value != nullptr) {
        float* const to = grad_value + offset;
        store<Level, L>(to, load<Level, L>(to) + (weight * corner.weight) * gradient);
      }
    }
  }
};

template <class Level>
constexpr DeformableAttentionKernel make_deformable_attention_kernel() {
  using Loops = DeformableAttentionLoops<Level>;
  return {.forward = &Loops::forward, .backward = &Loops::backward};
}

}  // namespace saker
