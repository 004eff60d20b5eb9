// What mixed precision on the CPU means for the operations of this folder.
#pragma once

#include <ATen/autocast_mode.h>

#include "nn/processor_level.hpp"

namespace saker {

// Whether products that are computed now, on the CPU, are to have bfloat16 factors, and our own
// kernels can do so.
inline bool autocasts_to_own_bfloat16() {
  return at::autocast::is_autocast_enabled(at::kCPU) &&
         at::autocast::get_autocast_dtype(at::kCPU) == at::kBFloat16 &&
         best_bfloat16_level() != Bfloat16Level::kNone;
}

}  // namespace saker
