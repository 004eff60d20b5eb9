#include "nn/processor_level.hpp"

namespace saker {

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

bool computes_bfloat16() noexcept {
#if defined(__x86_64__)
  return best_processor_level() == ProcessorLevel::kAvx512 && __builtin_cpu_supports("avx512bf16");
#else
  return false;
#endif
}

}  // namespace saker
