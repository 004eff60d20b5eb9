#include "nn/processor_level.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace saker {

#if defined(__x86_64__)
namespace {

// Compilers differ in which of these names __builtin_cpu_supports knows.
struct Leaf7 {
  unsigned eax0 = 0, ebx0 = 0, ecx0 = 0, edx0 = 0;
  unsigned eax1 = 0, ebx1 = 0, ecx1 = 0, edx1 = 0;

  Leaf7() {
    __get_cpuid_count(7, 0, &eax0, &ebx0, &ecx0, &edx0);
    __get_cpuid_count(7, 1, &eax1, &ebx1, &ecx1, &edx1);
  }
  bool has_avx512_bf16() const { return (eax1 >> 5 & 1U) != 0; }
  bool has_amx_bf16() const { return (edx0 >> 22 & 1U) != 0 && (edx0 >> 24 & 1U) != 0; }
};

// Linux gives a process the state of AMX's tiles when it asks for it.
bool permits_tiles() {
  constexpr long kRequestPermission = 0x1023, kTileData = 18;
  return ::syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

}  // namespace
#endif

ProcessorLevel best_processor_level() noexcept {
#if defined(__x86_64__)
  static const ProcessorLevel level = [] {
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
      return ProcessorLevel::kPortable;
    const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    return avx512 ? ProcessorLevel::kAvx512 : ProcessorLevel::kAvx2;
  }();
  return level;
#else
  return ProcessorLevel::kPortable;
#endif
}

std::vector<ProcessorLevel> processor_levels() {
  std::vector<ProcessorLevel> levels;
  for (const ProcessorLevel level :
       {ProcessorLevel::kPortable, ProcessorLevel::kAvx2, ProcessorLevel::kAvx512}) {
    if (level <= best_processor_level()) levels.push_back(level);
  }
  return levels;
}

Bfloat16Level best_bfloat16_level() noexcept {
#if defined(__x86_64__)
  static const Bfloat16Level level = [] {
    const Leaf7 features;
    if (best_processor_level() < ProcessorLevel::kAvx512 || !features.has_avx512_bf16())
      return Bfloat16Level::kNone;
    return features.has_amx_bf16() && permits_tiles() ? Bfloat16Level::kTile : Bfloat16Level::kDot;
  }();
  return level;
#else
  return Bfloat16Level::kNone;
#endif
}

std::vector<Bfloat16Level> bfloat16_levels() {
  std::vector<Bfloat16Level> levels;
  for (const Bfloat16Level level : {Bfloat16Level::kDot, Bfloat16Level::kTile}) {
    if (level <= best_bfloat16_level()) levels.push_back(level);
  }
  return levels;
}

}  // namespace saker
