#include "nn/gelu_kernel.hpp"

namespace saker {

const GeluKernel* gelu_kernel(ProcessorLevel level) {
#if defined(__x86_64__)
  if (level == ProcessorLevel::kAvx512) return &kGeluAvx512;
  if (level == ProcessorLevel::kAvx2) return &kGeluAvx2;
#endif
  static_cast<void>(level);
  return nullptr;
}

}  // namespace saker
