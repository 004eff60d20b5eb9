// Depthwise convolution of channels-last maps on plain floats, for prediction.
#pragma once

#include <cstdint>

#include "nn/processor_level.hpp"

namespace saker {

// One image, [height, width, channels]. The stride is 1 and the zero padding kernel / 2, so that
// the output has the same size.
struct PixelMap {
  const float* data = nullptr;
  std::int64_t height = 0, width = 0, channels = 0;
};

struct PixelDepthwiseKernel {
  // out[i, c] = bias[c] + sum_jk weight[j * kernel + k, c] * map[y + j - kernel / 2,
  //                                                              x + i + k - kernel / 2, c]
  // for the pixels x .. x + count - 1 of row y. kernel: odd. weight: [kernel * kernel, channels];
  // zeros: channels zeros; out: [count, channels].
  void (*forward)(const PixelMap& map,
                  std::int64_t kernel,
                  const float* weight,
                  const float* bias,
                  const float* zeros,
                  std::int64_t y,
                  std::int64_t x,
                  std::int64_t count,
                  float* out);
};

// Null where there is none for the level, as for kPortable.
const PixelDepthwiseKernel* pixel_depthwise_kernel(ProcessorLevel level);

#if defined(__x86_64__)
extern const PixelDepthwiseKernel kPixelDepthwiseAvx2;
extern const PixelDepthwiseKernel kPixelDepthwiseAvx512;
#endif

}  // namespace saker
