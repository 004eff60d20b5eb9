// The loops of PixelDepthwiseKernel, written once for every processor level. For the
// pixel_depthwise_kernel_*.cpp files only.
#pragma once

#include <cstdint>

#include "nn/pixel_depthwise_kernel.hpp"
#include "nn/simd_vector.hpp"

namespace saker {

// Level: kLanes; kPixels, the pixels that are summed at once, two vectors of channels each.
template <class Level>
class PixelDepthwiseLoops {
 public:
  static void forward(const PixelMap& map,
                      std::int64_t kernel,
                      const float* weight,
                      const float* bias,
                      const float* zeros,
                      std::int64_t y,
                      std::int64_t x,
                      std::int64_t count,
                      float* out) {
    const Filter filter{kernel, weight, bias, zeros};
    std::int64_t i = 0;
    for (; i + kPixels <= count; i += kPixels)
      pixels<kPixels>(map, filter, y, x + i, out + i * map.channels);
    for (; i < count; ++i) pixels<1>(map, filter, y, x + i, out + i * map.channels);
  }

 private:
  static constexpr int N = Level::kLanes, kPixels = Level::kPixels;

  struct Filter {
    std::int64_t kernel;
    const float* weight;
    const float* bias;
    const float* zeros;
  };

  template <int Pixels>
  static void pixels(
      const PixelMap& map, const Filter& filter, std::int64_t y, std::int64_t x, float* out) {
    const std::int64_t padding = filter.kernel / 2, channels = map.channels;
    const bool inside = x >= padding && x + Pixels + padding <= map.width;
    std::int64_t c = 0;
    for (; c + 2 * N <= channels; c += 2 * N) {
      if (inside) {
        sum<Pixels, N, 2, true>(map, filter, y, x, c, out);
      } else {
        sum<Pixels, N, 2, false>(map, filter, y, x, c, out);
      }
    }
    sweep_from<Level, N>(c, channels, [&]<int L>(std::int64_t channel) {
      sum<Pixels, L, 1, false>(map, filter, y, x, channel, out);
    });
  }

  // Pixels x .. x + Pixels - 1, channels c .. c + Vectors * L - 1.
  template <int Pixels, int L, int Vectors, bool Inside>
  [[gnu::noinline]] static void sum(const PixelMap& map,
                                    const Filter& filter,
                                    std::int64_t y,
                                    std::int64_t x,
                                    std::int64_t c,
                                    float* out) {
    const std::int64_t kernel = filter.kernel, padding = kernel / 2, channels = map.channels;
    Simd<L> sums[Pixels][Vectors];
#pragma GCC unroll 8
    for (int i = 0; i < Pixels; ++i) {
#pragma GCC unroll 2
      for (int v = 0; v < Vectors; ++v) sums[i][v] = load<Level, L>(filter.bias + c + v * L);
    }
    const std::int64_t first = y < padding ? padding - y : 0;
    const std::int64_t last =
        y + padding < map.height ? kernel : kernel - (y + padding + 1 - map.height);
    for (std::int64_t j = first; j < last; ++j) {
      const float* const row = map.data + (y + j - padding) * map.width * channels + c;
      const float* factor = filter.weight + j * kernel * channels + c;
      for (std::int64_t k = 0; k < kernel; ++k, factor += channels) {
        Simd<L> factors[Vectors];
#pragma GCC unroll 2
        for (int v = 0; v < Vectors; ++v) factors[v] = load<Level, L>(factor + v * L);
        const std::int64_t start = x + k - padding;
#pragma GCC unroll 8
        for (int i = 0; i < Pixels; ++i) {
          const bool there = Inside || (start + i >= 0 && start + i < map.width);
          const float* const pixel = there ? row + (start + i) * channels : filter.zeros;
#pragma GCC unroll 2
          for (int v = 0; v < Vectors; ++v)
            sums[i][v] += load<Level, L>(pixel + v * L) * factors[v];
        }
      }
    }
#pragma GCC unroll 8
    for (int i = 0; i < Pixels; ++i) {
#pragma GCC unroll 2
      for (int v = 0; v < Vectors; ++v) store<Level, L>(out + i * channels + c + v * L, sums[i][v]);
    }
  }
};

template <class Level>
constexpr PixelDepthwiseKernel make_pixel_depthwise_kernel() {
  return {.forward = &PixelDepthwiseLoops<Level>::forward};
}

}  // namespace saker
