#include "nn/pixel_depthwise_loops.hpp"

namespace saker {
namespace {

struct Avx2 {
  static constexpr int kLanes = 8;
  static constexpr int kPixels = 6;
};

}  // namespace

const PixelDepthwiseKernel kPixelDepthwiseAvx2 = make_pixel_depthwise_kernel<Avx2>();

}  // namespace saker
