#include "nn/folding_precision.hpp"

#include "saker/error.hpp"

namespace saker {
namespace {

thread_local FoldingPrecision current_precision = FoldingPrecision::kFloat32;

}  // namespace

FoldingPrecisionScope::FoldingPrecisionScope(FoldingPrecision precision)
    : before_(current_precision) {
  if (precision == FoldingPrecision::kBfloat16 && best_bfloat16_level() == Bfloat16Level::kNone)
    throw Error(ErrorKind::kInternal, "this processor has no kernels for bfloat16");
  current_precision = precision;
}

FoldingPrecisionScope::~FoldingPrecisionScope() { current_precision = before_; }

FoldingPrecision folding_precision() noexcept { return current_precision; }

const Bfloat16Kernel* folding_bfloat16_kernel() {
  return current_precision == FoldingPrecision::kBfloat16 ? bfloat16_kernel(best_bfloat16_level())
                                                          : nullptr;
}

const AttentionKernel* folding_attention_kernel() {
  return current_precision == FoldingPrecision::kBfloat16
             ? attention_kernel(best_bfloat16_level())
             : attention_kernel(best_processor_level());
}

}  // namespace saker
