#include "nn/pixel_batch_norm_kernel.hpp"

namespace saker {

const PixelBatchNormKernels* pixel_batch_norm_kernels(ProcessorLevel level) {
#if defined(__x86_64__)
  if (level == ProcessorLevel::kAvx512) return &kPixelBatchNormAvx512;
  if (level == ProcessorLevel::kAvx2) return &kPixelBatchNormAvx2;
#endif
  static_cast<void>(level);
  return nullptr;
}

}  // namespace saker
