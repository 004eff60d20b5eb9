#include "nn/pixel_batch_norm_loops.hpp"

namespace saker {
namespace {

struct Avx512 {
  static constexpr int kLanes = 16;
};

}  // namespace

const PixelBatchNormKernels kPixelBatchNormAvx512 = make_pixel_batch_norm_kernels<Avx512>();

}  // namespace saker
