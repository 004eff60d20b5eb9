#include "nn/parallel.hpp"

#include <ATen/Parallel.h>

namespace saker {

void parallel_for(std::int64_t count,
                  std::int64_t grain,
                  const std::function<void(std::int64_t begin, std::int64_t end)>& body) {
  at::parallel_for(
      0, count, grain, [&body](std::int64_t begin, std::int64_t end) { body(begin, end); });
}

}  // namespace saker
