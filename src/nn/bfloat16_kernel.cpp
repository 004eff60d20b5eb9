#include "nn/bfloat16_kernel.hpp"

namespace saker {

const Bfloat16Kernel* bfloat16_kernel(Bfloat16Level level) {
#if defined(__x86_64__)
  if (level == Bfloat16Level::kTile) return &kBfloat16Tile;
  if (level == Bfloat16Level::kDot) return &kBfloat16Dot;
#endif
  static_cast<void>(level);
  return nullptr;
}

}  // namespace saker
