// The exact GELU and its gradient on plain floats: the loops below gelu_mlp.
#pragma once

#include <cstdint>

#include "nn/processor_level.hpp"

namespace saker {

struct GeluKernel {
  // h = gelu(z)
  void (*forward)(const float* z, std::int64_t count, float* h);
  // The same again, and gradient, which is that at h, becomes that at z.
  void (*backward)(const float* z, std::int64_t count, float* h, float* gradient);
};

// Null where there is none for the level, as for kPortable.
const GeluKernel* gelu_kernel(ProcessorLevel level);

#if defined(__x86_64__)
extern const GeluKernel kGeluAvx2;
extern const GeluKernel kGeluAvx512;
#endif

}  // namespace saker
