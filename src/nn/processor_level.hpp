// Which of the compiled versions of a kernel this processor can run.
#pragma once

#include <vector>

namespace saker {

enum class ProcessorLevel {
  kPortable,  // nothing beyond what the compiler assumes for the whole program
  kAvx2,      // x86-64 with AVX2 and FMA
  kAvx512,    // x86-64 with AVX-512 F, BW, DQ and VL
};

// The highest level that the processor, the operating system and the build support.
ProcessorLevel best_processor_level() noexcept;

// All supported levels, lowest first.
std::vector<ProcessorLevel> processor_levels();

// Whether this processor multiplies bfloat16 numbers (AVX-512 BF16), rather than to convert them.
bool computes_bfloat16() noexcept;

}  // namespace saker
