// Batch norm and the activation behind it over channels-last pixels: the loops below
// batch_norm_activation.
#pragma once

#include <cstdint>

#include "nn/activation_kind.hpp"
#include "nn/bfloat16_kernel.hpp"
#include "nn/processor_level.hpp"

namespace saker {

// Of each channel. z = scale * x + shift, y = activation(z).
struct PixelNorm {
  std::int64_t channels = 0;
  const float* scale = nullptr;
  const float* shift = nullptr;
  const float* mean = nullptr;
  Activation activation = Activation::kNone;  // kNone, kRelu or kSilu
};

// Value: float or Bfloat16; sums are float32. dz is the gradient at z, made from that at y.
template <class Value>
struct PixelBatchNormKernel {
  // Over `pixels` pixels: sum (x - pivot) and sum (x - pivot)^2 of each channel.
  void (*moments)(const Value* x,
                  std::int64_t pixels,
                  std::int64_t channels,
                  const float* pivot,
                  float* sum,
                  float* squares);
  void (*normalize)(const Value* x, std::int64_t pixels, const PixelNorm& norm, Value* y);
  // sum dz and sum dz (x - mean) of each channel.
  void (*gradient_sums)(const Value* x,
                        const Value* grad_y,
                        std::int64_t pixels,
                        const PixelNorm& norm,
                        float* sum,
                        float* sum_x);
  // grad_x = scale * dz + slope * (x - mean) + offset
  void (*input_gradient)(const Value* x,
                         const Value* grad_y,
                         std::int64_t pixels,
                         const PixelNorm& norm,
                         const float* slope,
                         const float* offset,
                         Value* grad_x);
};

struct PixelBatchNormKernels {
  PixelBatchNormKernel<float> of_float;
  PixelBatchNormKernel<Bfloat16> of_bfloat16;
};

// Null where there is none for the level, as for kPortable.
const PixelBatchNormKernels* pixel_batch_norm_kernels(ProcessorLevel level);

#if defined(__x86_64__)
extern const PixelBatchNormKernels kPixelBatchNormAvx2;
extern const PixelBatchNormKernels kPixelBatchNormAvx512;
#endif

}  // namespace saker
