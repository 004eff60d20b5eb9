#include "nn/attention_gradient_kernel.hpp"

namespace saker {

const AttentionGradientKernel* attention_gradient_kernel(ProcessorLevel level) {
#if defined(__x86_64__)
  if (level == ProcessorLevel::kAvx512) return &kAttentionGradientAvx512;
  if (level == ProcessorLevel::kAvx2) return &kAttentionGradientAvx2;
#endif
  static_cast<void>(level);
  return nullptr;
}

const AttentionGradientKernel* attention_gradient_kernel(Bfloat16Level level) {
#if defined(__x86_64__)
  if (level == Bfloat16Level::kTile) return &kAttentionGradientBfloat16Tile;
  if (level == Bfloat16Level::kDot) return &kAttentionGradientBfloat16Dot;
#endif
  static_cast<void>(level);
  return nullptr;
}

}  // namespace saker
