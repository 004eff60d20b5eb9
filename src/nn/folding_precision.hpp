// The precision that layers are folded for.
#pragma once

#include "nn/attention_kernel.hpp"
#include "nn/bfloat16_kernel.hpp"

namespace saker {

enum class FoldingPrecision {
  kFloat32,
  kBfloat16,  // factors of products; sums and everything else stay float32
};

// While it lives, PackedLinear, FoldedConv and folded transformer blocks that are made on this
// thread compute in this precision. kBfloat16 is for processors with a Bfloat16Kernel.
class FoldingPrecisionScope {
 public:
  explicit FoldingPrecisionScope(FoldingPrecision precision);
  ~FoldingPrecisionScope();
  FoldingPrecisionScope(const FoldingPrecisionScope&) = delete;
  FoldingPrecisionScope& operator=(const FoldingPrecisionScope&) = delete;

 private:
  FoldingPrecision before_;
};

// kFloat32 outside any scope.
FoldingPrecision folding_precision() noexcept;

// The kernels of this processor for that precision; null for none.
const Bfloat16Kernel* folding_bfloat16_kernel();
const AttentionKernel* folding_attention_kernel();

}  // namespace saker
