#include "nn/attention_kernel.hpp"

namespace saker {

const AttentionKernel* attention_kernel(ProcessorLevel level) {
#if defined(__x86_64__)
  if (level == ProcessorLevel::kAvx512) return &kAttentionAvx512;
  if (level == ProcessorLevel::kAvx2) return &kAttentionAvx2;
#endif
  static_cast<void>(level);
  return nullptr;
}

}  // namespace saker
