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

const AttentionKernel* attention_kernel(Bfloat16Level level) {
#if defined(__x86_64__)
  if (level == Bfloat16Level::kTile) return &kAttentionBfloat16Tile;
  if (level == Bfloat16Level::kDot) return &kAttentionBfloat16Dot;
#endif
  static_cast<void>(level);
  return nullptr;
}

}  // namespace saker
