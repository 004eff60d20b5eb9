#include "nn/pointwise_kernel.hpp"

namespace saker {

const PointwiseKernel* pointwise_kernel(ProcessorLevel level) {
#if defined(__x86_64__)
  if (level == ProcessorLevel::kAvx512) return &kPointwiseAvx512;
  if (level == ProcessorLevel::kAvx2) return &kPointwiseAvx2;
#endif
  static_cast<void>(level);
  return nullptr;
}

}  // namespace saker
