// Which samples stand in which batch.
//
// A pure function of the settings and the number of the batch, so that training resumes anywhere
// and any thread may ask: batch k belongs to epoch k / batches_per_epoch(). The batches of all
// ranks at one k are together the batch that a single process with world_size times the batch size
// would have.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace saker {

struct SamplerSettings {
  std::int64_t dataset_size = 0;
  std::int64_t batch_size = 1;  // of each rank
  std::uint64_t seed = 0;
  std::int64_t rank = 0;
  std::int64_t world_size = 1;
  bool shuffle = true;  // another order each epoch; off: the order of the data set
  bool drop_last =
      true;  // leave out what does not fill a batch of every rank at the end of an epoch
};

struct SampledBatch {
  std::int64_t epoch = 0;
  std::vector<std::int64_t> indices;  // into the data set
};

class EpochSampler {
 public:
  // Throws Error: data when the data set is empty, usage for settings out of range and when
  // drop_last leaves no batch.
  explicit EpochSampler(const SamplerSettings& settings);

  std::int64_t batches_per_epoch() const noexcept { return batches_per_epoch_; }

  // number: counted over all epochs, >= 0. A last batch that is not full is split evenly over the
  // ranks, without padding; with fewer samples than ranks some of them get none. Safe from many
  // threads.
  SampledBatch batch(std::int64_t number) const;

 private:
  using Order = std::shared_ptr<const std::vector<std::int64_t>>;
  Order order_of(std::int64_t epoch) const;

  SamplerSettings settings_;
  std::int64_t batches_per_epoch_ = 0;
  // The two latest orders: prefetching threads work on both sides of an epoch's end.
  mutable std::mutex mutex_;
  mutable std::vector<std::pair<std::int64_t, Order>> orders_;
};

}  // namespace saker
