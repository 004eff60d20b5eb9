// Memory for kernels to work in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>

namespace saker {

inline constexpr std::align_val_t kCacheLine{64};  // bytes

struct DeleteScratch {
  void operator()(float* data) const { ::operator delete[](data, kCacheLine); }
};

// Floats of any value (those that are read must have been written), aligned to a line of the cache.
inline std::unique_ptr<float[], DeleteScratch> scratch(std::int64_t count) {
  const std::size_t bytes = static_cast<std::size_t>(count) * sizeof(float);
  return std::unique_ptr<float[], DeleteScratch>(
      static_cast<float*>(::operator new[](bytes, kCacheLine)));
}

}  // namespace saker
