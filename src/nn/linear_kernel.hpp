// Linear layers on plain floats: the loops below FoldedLinear and the folded transformer blocks.
#pragma once

#include <cstdint>

#include "nn/activation_kind.hpp"
#include "nn/processor_level.hpp"

namespace saker {

// Rows of floats, `stride` apart.
struct RowsView {
  const float* data = nullptr;
  std::int64_t rows = 0, stride = 0;
};

// Weights of [n, k] in panels of panel_width outputs: [ceil(n / panel_width)][k][panel_width], with
// zeros beyond n; bias: ceil(n / panel_width) * panel_width floats.
struct PackedWeights {
  const float* data = nullptr;
  const float* bias = nullptr;
  std::int64_t n = 0, k = 0;
};

struct LinearKernel {
  std::int64_t panel_width;

  // out[i, c] = activation(sum_j x[i, j] weight[c, j] + bias[c]), plus what out held before if
  // `add` (then without activation).
  void (*multiply)(const RowsView& x,
                   const PackedWeights& weights,
                   Activation activation,
                   bool add,
                   float* out,
                   std::int64_t out_stride);

  // out[i, :] = (x[i, :] - mean) / sqrt(variance + eps) * weight + bias over k values, contiguous.
  void (*normalize)(const RowsView& x,
                    std::int64_t k,
                    const float* weight,
                    const float* bias,
                    float eps,
                    float* out);
};

// Null where there is none for the level, as for kPortable.
const LinearKernel* linear_kernel(ProcessorLevel level);

#if defined(__x86_64__)
extern const LinearKernel kLinearAvx2;
extern const LinearKernel kLinearAvx512;
#endif

}  // namespace saker
