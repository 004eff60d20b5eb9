#include "nn/deformable_attention_kernel.hpp"

namespace saker {

const DeformableAttentionKernel& deformable_attention_kernel(ProcessorLevel level) {
#if defined(__x86_64__)
  if (level == ProcessorLevel::kAvx512) return kDeformableAttentionAvx512;
  if (level == ProcessorLevel::kAvx2) return kDeformableAttentionAvx2;
#endif
  static_cast<void>(level);
  return kDeformableAttentionPortable;
}

}  // namespace saker
