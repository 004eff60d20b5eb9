// Batch norm over one run of a channel's values: the loops below batch_norm_relu.
#pragma once

#include <cstdint>

#include "nn/processor_level.hpp"

namespace saker {

// z = scale * x + shift and y = z, or max(z, 0) with relu. dz is the gradient at z: that of y, or
// zero where relu cuts z.
struct BatchNormKernel {
  // Adds sum (x - pivot) and sum (x - pivot)^2.
  void (*moments)(const float* x, std::int64_t count, float pivot, double* sum, double* squares);
  void (*normalize)(
      const float* x, std::int64_t count, float scale, float shift, bool relu, float* y);
  // Adds sum dz and sum dz (x - mean).
  void (*gradient_sums)(const float* x,
                        const float* grad_y,
                        std::int64_t count,
                        float scale,
                        float shift,
                        bool relu,
                        float mean,
                        double* sum,
                        double* sum_x);
  // grad_x = scale * dz + slope * (x - mean) + offset
  void (*input_gradient)(const float* x,
                         const float* grad_y,
                         std::int64_t count,
                         float scale,
                         float shift,
                         bool relu,
                         float mean,
                         float slope,
                         float offset,
                         float* grad_x);
};

// The kernels compiled for a level, which the processor must support.
const BatchNormKernel& batch_norm_kernel(ProcessorLevel level);

extern const BatchNormKernel kBatchNormPortable;
#if defined(__x86_64__)
extern const BatchNormKernel kBatchNormAvx2;
extern const BatchNormKernel kBatchNormAvx512;
#endif

}  // namespace saker
