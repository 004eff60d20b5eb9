#include "nn/parameter_update_kernel.hpp"

namespace saker {

const ParameterUpdateKernel& parameter_update_kernel(ProcessorLevel level) {
#if defined(__x86_64__)
  if (level == ProcessorLevel::kAvx512) return kParameterUpdateAvx512;
  if (level == ProcessorLevel::kAvx2) return kParameterUpdateAvx2;
#endif
  static_cast<void>(level);
  return kParameterUpdatePortable;
}

}  // namespace saker
