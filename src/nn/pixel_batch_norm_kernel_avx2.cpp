#include "nn/pixel_batch_norm_loops.hpp"

namespace saker {
namespace {

struct Avx2 {
  static constexpr int kLanes = 8;
};

}  // namespace

const PixelBatchNormKernels kPixelBatchNormAvx2 = make_pixel_batch_norm_kernels<Avx2>();

}  // namespace saker
