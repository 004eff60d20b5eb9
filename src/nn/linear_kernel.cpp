#include "nn/linear_kernel.hpp"

namespace saker {

const LinearKernel* linear_kernel(ProcessorLevel level) {
#if defined(__x86_64__)
  if (level == ProcessorLevel::kAvx512) return &kLinearAvx512;
  if (level == ProcessorLevel::kAvx2) return &kLinearAvx2;
#endif
  static_cast<void>(level);
  return nullptr;
}

}  // namespace saker
