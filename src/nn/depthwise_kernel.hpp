// Depthwise convolution of single planes: the loops below depthwise_conv2d.
#pragma once

#include <cstdint>

#include "nn/processor_level.hpp"

namespace saker {

// Padding is kernel / 2 on every side, so that out_height = ceil(height / stride), and likewise the
// width.
struct DepthwiseShape {
  std::int64_t height = 0, width = 0;
  std::int64_t kernel = 3;  // 3 or 5
  std::int64_t stride = 1;  // 1 or 2

  std::int64_t out_height() const { return (height + stride - 1) / stride; }
  std::int64_t out_width() const { return (width + stride - 1) / stride; }
};

// One plane at a time, row-major: input [height, width], output [out_height, out_width], weight
// [kernel, kernel]. scratch: scratch_floats(shape) floats, zero before the first of many calls with
// the same shape and not touched between them; a scratch serves one of the three functions alone.
struct DepthwiseKernel {
  std::int64_t (*scratch_floats)(const DepthwiseShape& shape);
  void (*forward)(const DepthwiseShape& shape,
                  const float* input,
                  const float* weight,
                  float bias,
                  bool relu,
                  float* output,
                  float* scratch);
  // Both gradients; either of grad_input and grad_weight may be null. Both are overwritten.
  void (*backward)(const DepthwiseShape& shape,
                   const float* input,
                   const float* weight,
                   const float* grad_output,
                   float* grad_input,
                   float* grad_weight,
                   float* scratch);
};

// The kernels compiled for a level, which the processor must support.
const DepthwiseKernel& depthwise_kernel(ProcessorLevel level);

extern const DepthwiseKernel kDepthwisePortable;
#if defined(__x86_64__)
extern const DepthwiseKernel kDepthwiseAvx2;
extern const DepthwiseKernel kDepthwiseAvx512;
#endif

}  // namespace saker
