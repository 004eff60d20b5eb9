#include "nn/parallel.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <atomic>
#include <exception>

// LibTorch computes on the threads of libgomp. They are called by its interface, not by pragmas,
// since these go to the compiler's own OpenMP library, and with a second one, two sets of threads
// would compete for the cores.
extern "C" {
void GOMP_parallel(void (*run)(void*), void* data, unsigned threads, unsigned flags);
int omp_get_thread_num();
int omp_get_num_threads();
}

namespace saker {
namespace {

struct Region {
  std::int64_t count = 0;
  const std::function<void(std::int64_t, std::int64_t)>* body = nullptr;
  std::atomic_flag failed = ATOMIC_FLAG_INIT;
  std::exception_ptr failure;
};

void run_piece(void* data) {
  Region& region = *static_cast<Region*>(data);
  const std::int64_t pieces = omp_get_num_threads();
  const std::int64_t size = (region.count + pieces - 1) / pieces;
  const std::int64_t begin = omp_get_thread_num() * size;
  if (begin >= region.count) return;
  try {
    (*region.body)(begin, std::min(begin + size, region.count));
  } catch (...) {
    if (!region.failed.test_and_set()) region.failure = std::current_exception();
  }
}

}  // namespace

void parallel_for(std::int64_t count,
                  std::int64_t grain,
                  const std::function<void(std::int64_t begin, std::int64_t end)>& body) {
  if (count <= 0) return;
  const std::int64_t pieces =
      (count + std::max<std::int64_t>(grain, 1) - 1) / std::max<std::int64_t>(grain, 1);
  const std::int64_t threads = std::min<std::int64_t>(pieces, at::get_num_threads());
  if (threads == 1 || at::in_parallel_region()) {
    body(0, count);
    return;
  }
  Region region{.count = count, .body = &body, .failure = nullptr};
  GOMP_parallel(run_piece, &region, static_cast<unsigned>(threads), 0);
  if (region.failure) std::rethrow_exception(region.failure);
}

}  // namespace saker
