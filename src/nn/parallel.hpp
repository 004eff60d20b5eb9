// LibTorch's own threads for our kernels.
//
// at::parallel_for is inline and runs on one thread unless its caller is compiled with OpenMP; this
// one is compiled so.
#pragma once

#include <cstdint>
#include <functional>

namespace saker {

// Calls body(begin, end) for pieces of [0, count), of at least `grain` items each, on
// at::get_num_threads() threads. Returns when all are done; an exception of a piece is rethrown.
void parallel_for(std::int64_t count,
                  std::int64_t grain,
                  const std::function<void(std::int64_t begin, std::int64_t end)>& body);

}  // namespace saker
