// Memory of tensors on the CPU that is kept for the next ones.
//
// The tensors of a training step are large, and each step needs nearly the same ones again. The C
// library gives such memory back to the system at once, which clears every page before the program
// gets it again: a tenth of a step's time.
#pragma once

#include <cstddef>

namespace saker {

// While it lives, LibTorch takes memory of CPU tensors from the cache, which gives it back at the
// end; tensors may live on. What is in use and what is kept together are at most a tenth more than
// the most that was in use at a time. One at a time; made and ended while no other thread makes
// tensors.
class TensorCacheScope {
 public:
  TensorCacheScope();
  ~TensorCacheScope();
  TensorCacheScope(const TensorCacheScope&) = delete;
  TensorCacheScope& operator=(const TensorCacheScope&) = delete;
};

// Of the cache, in bytes.
struct TensorCacheUse {
  std::size_t in_use = 0, kept = 0, most_in_use = 0;
};
TensorCacheUse tensor_cache_use();

}  // namespace saker
