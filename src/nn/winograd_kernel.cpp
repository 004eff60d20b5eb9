#include "nn/winograd_kernel.hpp"

namespace saker {

const WinogradKernel& winograd_kernel(ProcessorLevel level) {
#if defined(__x86_64__)
  if (level == ProcessorLevel::kAvx512) return kWinogradAvx512;
  if (level == ProcessorLevel::kAvx2) return kWinogradAvx2;
#endif
  static_cast<void>(level);
  return kWinogradPortable;
}

}  // namespace saker
