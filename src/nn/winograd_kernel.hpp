// Winograd's transforms of one tile: the loops below WinogradConv.
#pragma once

#include <cstdint>

#include "nn/processor_level.hpp"

namespace saker {

inline constexpr int kWinogradTile = 6;    // pixels of a side that are read
inline constexpr int kWinogradOutput = 4;  // and written

// The polynomials are evaluated at 0, +-kWinogradNear, +-kWinogradFar and infinity. With these
// points the error in float32 is that of the direct sum (rms 7e-7 for 384 channels of values around
// 1); with the textbook's 0, +-1, +-2 it is twice as large.
inline constexpr double kWinogradNear = 0.625, kWinogradFar = 1.5;

struct WinogradKernel {
  // pixels: the channels of the tile's 36 pixels, row by row. Value p of the transformed tile,
  // `channels` floats, goes to `to + p * stride`.
  void (*transform_input)(const float* const* pixels,
                          std::int64_t channels,
                          float* to,
                          std::int64_t stride);
  // The inverse: from 36 values to 16 pixels, row by row, plus a bias [channels]. A null pixel is
  // left out.
  void (*transform_output)(const float* from,
                           std::int64_t stride,
                           const float* bias,
                           std::int64_t channels,
                           float* const* pixels);
};

// The kernels compiled for a level, which the processor must support.
const WinogradKernel& winograd_kernel(ProcessorLevel level);

extern const WinogradKernel kWinogradPortable;
#if defined(__x86_64__)
extern const WinogradKernel kWinogradAvx2;
extern const WinogradKernel kWinogradAvx512;
#endif

}  // namespace saker
