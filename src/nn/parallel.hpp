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

// Calls body(first, count) for runs of nearly equal length, `most` at most, that cover
// [begin, end) in order, on this thread.
template <typename Body>
void for_even_runs(std::int64_t begin, std::int64_t end, std::int64_t most, const Body& body) {
  const std::int64_t runs = (end - begin + most - 1) / most;
  for (std::int64_t i = 0; i < runs; ++i) {
    const std::int64_t first = begin + (end - begin) * i / runs;
    body(first, begin + (end - begin) * (i + 1) / runs - first);
  }
}

}  // namespace saker
