#include "nn/pixel_depthwise_kernel.hpp"

namespace saker {

const PixelDepthwiseKernel* pixel_depthwise_kernel(ProcessorLevel level) {
#if defined(__x86_64__)
  if (level == ProcessorLevel::kAvx512) return &kPixelDepthwiseAvx512;
  if (level == ProcessorLevel::kAvx2) return &kPixelDepthwiseAvx2;
#endif
  static_cast<void>(level);
  return nullptr;
}

}  // namespace saker
