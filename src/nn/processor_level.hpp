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

// How this processor multiplies bfloat16 numbers; the higher includes the lower.
enum class Bfloat16Level {
  kNone,  // not at all: they would have to be converted
  kDot,   // pairs of them in vectors (AVX-512 BF16, on top of kAvx512)
  kTile,  // matrices of 16 x 32 (AMX)
};

// The highest that the processor and the operating system support; asks the latter for the memory
// that AMX needs in every thread.
Bfloat16Level best_bfloat16_level() noexcept;

// All supported levels but kNone, lowest first.
std::vector<Bfloat16Level> bfloat16_levels();

}  // namespace saker
