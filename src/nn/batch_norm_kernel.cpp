#include "nn/batch_norm_kernel.hpp"

namespace saker {

const BatchNormKernel& batch_norm_kernel(ProcessorLevel level) {
#if defined(__x86_64__)
  if (level == ProcessorLevel::kAvx512) return kBatchNormAvx512;
  if (level == ProcessorLevel::kAvx2) return kBatchNormAvx2;
#endif
  static_cast<void>(level);
  return kBatchNormPortable;
}

}  // namespace saker
