// Memory for kernels to work in.
#pragma once

#include <c10/core/CPUAllocator.h>

#include <cstddef>
#include <cstdint>

namespace saker {

// Floats of any value (those that are read must have been written), aligned to a line of the cache.
// They come from where LibTorch has the memory of its tensors.
class Scratch {
 public:
  explicit Scratch(std::int64_t count)
      : memory_(c10::GetCPUAllocator()->allocate(static_cast<std::size_t>(count) * sizeof(float))) {
  }
  float* get() const { return static_cast<float*>(memory_.get()); }
  float& operator[](std::size_t i) const { return get()[i]; }

 private:
  c10::DataPtr memory_;
};

inline Scratch scratch(std::int64_t count) { return Scratch(count); }

inline constexpr std::int64_t kCacheLine = 64;  // bytes

}  // namespace saker
