// Where batches stand in a run.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace saker {

// All that the random draws of a batch depend on, with its samples' indices.
struct BatchKey {
  std::uint64_t seed = 0;
  std::int64_t epoch = 0;
  std::int64_t batch = 0;  // counted over all epochs
  std::int64_t step = 0;  // optimizer step that consumes it; decides which augmentations are active
};

struct ScheduledBatch {
  BatchKey key = {};
  std::vector<std::int64_t> indices = {};  // of its samples, in order
};

// An earlier batch of the run by its number. Must be a pure function, and safe to call from several
// threads; no images are read.
using BatchHistory = std::function<ScheduledBatch(std::int64_t number)>;

}  // namespace saker
