#include "nn/depthwise_kernel.hpp"

namespace saker {

const DepthwiseKernel& depthwise_kernel(ProcessorLevel level) {
#if defined(__x86_64__)
  if (level == ProcessorLevel::kAvx512) return kDepthwiseAvx512;
  if (level == ProcessorLevel::kAvx2) return kDepthwiseAvx2;
#endif
  static_cast<void>(level);
  return kDepthwisePortable;
}

}  // namespace saker
