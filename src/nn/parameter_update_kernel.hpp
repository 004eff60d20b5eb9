// Passes over weights after the gradients are there: the loops below AdamW, clipping and averaging.
#pragma once

#include <cstdint>

#include "nn/processor_level.hpp"

namespace saker {

// Numbers of one AdamW update of one parameter at its step t, with learning rate lr.
struct AdamWFactors {
  float decay = 1;     // of the weight before the update: 1 - lr * weight_decay
  float gradient = 1;  // multiplies the gradient before anything else
  float first = 0;     // 1 - beta1
  float second = 0;    // 1 - beta2
  float kept = 0;      // beta2
  float scale = 1;     // 1 / sqrt(1 - beta2^t)
  float epsilon = 0;
  float rate = 0;  // lr / (1 - beta1^t)
};

struct ParameterUpdateKernel {
  // p = decay p; m += first (g - m); v = kept v + second g^2; p -= rate m / (scale sqrt(v) +
  // epsilon), with g = gradient * the given one. Arrays must not overlap.
  void (*adamw)(float* parameter,
                const float* gradient,
                float* first_moment,
                float* second_moment,
                std::int64_t count,
                const AdamWFactors& factors);
  // e = kept e, rounded, + taken p in one rounding where the processor has it.
  void (*average)(float* average, const float* value, std::int64_t count, float kept, float taken);
  // Sum of squares, in double.
  double (*squares)(const float* values, std::int64_t count);
};

// The kernels compiled for a level, which the processor must support.
const ParameterUpdateKernel& parameter_update_kernel(ProcessorLevel level);

extern const ParameterUpdateKernel kParameterUpdatePortable;
#if defined(__x86_64__)
extern const ParameterUpdateKernel kParameterUpdateAvx2;
extern const ParameterUpdateKernel kParameterUpdateAvx512;
#endif

}  // namespace saker
