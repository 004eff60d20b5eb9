// The loops of WinogradKernel, written once for every processor level. For the
// winograd_kernel_*.cpp files only.
#pragma once

#include <cstdint>

#include "nn/simd_vector.hpp"
#include "nn/winograd_kernel.hpp"

namespace saker {

template <class Level>
class WinogradLoops {
 public:
  static void transform_input(const float* const* pixels,
                              std::int64_t channels,
                              float* to,
                              std::int64_t stride) {
    sweep<Level>(channels, [&]<int L>(std::int64_t c) {
      Simd<L> half[kTile][kTile];  // transformed along the columns
#pragma GCC unroll 6
      for (int x = 0; x < kTile; ++x) {
        Simd<L> line[kTile];
#pragma GCC unroll 6
        for (int y = 0; y < kTile; ++y) line[y] = load<Level, L>(pixels[y * kTile + x] + c);
        evaluate<L>(line);
#pragma GCC unroll 6
        for (int y = 0; y < kTile; ++y) half[y][x] = line[y];
      }
#pragma GCC unroll 6
      for (int y = 0; y < kTile; ++y) {
        evaluate<L>(half[y]);
#pragma GCC unroll 6
        for (int x = 0; x < kTile; ++x)
          store<Level, L>(to + (y * kTile + x) * stride + c, half[y][x]);
      }
    });
  }

  static void transform_output(const float* from,
                               std::int64_t stride,
                               const float* bias,
                               std::int64_t channels,
                               float* const* pixels) {
    sweep<Level>(channels, [&]<int L>(std::int64_t c) {
      Simd<L> half[kOutput][kTile];
#pragma GCC unroll 6
      for (int x = 0; x < kTile; ++x) {
        Simd<L> line[kTile];
#pragma GCC unroll 6
        for (int y = 0; y < kTile; ++y)
          line[y] = load<Level, L>(from + (y * kTile + x) * stride + c);
        interpolate<L>(line);
#pragma GCC unroll 4
        for (int y = 0; y < kOutput; ++y) half[y][x] = line[y];
      }
      const Simd<L> offset = load<Level, L>(bias + c);
#pragma GCC unroll 4
      for (int y = 0; y < kOutput; ++y) {
        interpolate<L>(half[y]);
#pragma GCC unroll 4
        for (int x = 0; x < kOutput; ++x) {
          float* const pixel = pixels[y * kOutput + x];
          if (pixel != nullptr) store<Level, L>(pixel + c, half[y][x] + offset);
        }
      }
    });
  }

 private:
  static constexpr int kTile = kWinogradTile, kOutput = kWinogradOutput;
  static constexpr double kNear2 = kWinogradNear * kWinogradNear;
  static constexpr double kFar2 = kWinogradFar * kWinogradFar;
  static constexpr float kA = static_cast<float>(kWinogradNear);
  static constexpr float kB = static_cast<float>(kWinogradFar);
  static constexpr float kA2 = static_cast<float>(kNear2);
  static constexpr float kB2 = static_cast<float>(kFar2);
  static constexpr float kA3 = static_cast<float>(kNear2 * kWinogradNear);
  static constexpr float kB3 = static_cast<float>(kFar2 * kWinogradFar);
  static constexpr float kSum = static_cast<float>(kNear2 + kFar2);
  static constexpr float kProduct = static_cast<float>(kNear2 * kFar2);

  // With the points 0, a, -a, b, -b, infinity: value i is d times the coefficients of the product
  // of (x - p) over all finite points p but point i.
  template <int L>
  [[gnu::always_inline]] static void evaluate(Simd<L> (&d)[kTile]) {
    const Simd<L> even_a = d[4] - kB2 * d[2], odd_a = kA * (d[3] - kB2 * d[1]);
    const Simd<L> even_b = d[4] - kA2 * d[2], odd_b = kB * (d[3] - kA2 * d[1]);
    const Simd<L> first = (d[4] - kSum * d[2]) + kProduct * d[0];
    const Simd<L> last = (d[5] - kSum * d[3]) + kProduct * d[1];
    d[0] = first;
    d[1] = even_a + odd_a;
    d[2] = even_a - odd_a;
    d[3] = even_b + odd_b;
    d[4] = even_b - odd_b;
    d[5] = last;
  }

  // Output k is the sum over points of p^k times the value there; infinity has k = 3 alone. Fills
  // the first four.
  template <int L>
  [[gnu::always_inline]] static void interpolate(Simd<L> (&m)[kTile]) {
    const Simd<L> even_a = m[1] + m[2], odd_a = m[1] - m[2];
    const Simd<L> even_b = m[3] + m[4], odd_b = m[3] - m[4];
    const Simd<L> last = m[5];
    m[0] = m[0] + even_a + even_b;
    m[1] = kA * odd_a + kB * odd_b;
    m[2] = kA2 * even_a + kB2 * even_b;
    m[3] = kA3 * odd_a + kB3 * odd_b + last;
  }
};

template <class Level>
constexpr WinogradKernel make_winograd_kernel() {
  using Loops = WinogradLoops<Level>;
  return {.transform_input = &Loops::transform_input, .transform_output = &Loops::transform_output};
}

}  // namespace saker
