#include "nn/pixel_depthwise_loops.hpp"

namespace saker {
namespace {

struct Avx512 {
  static constexpr int kLanes = 16;
  static constexpr int kPixels = 8;
};

}  // namespace

const PixelDepthwiseKernel kPixelDepthwiseAvx512 = make_pixel_depthwise_kernel<Avx512>();

}  // namespace saker
