#include "data/sampler.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/random_stream.hpp"
#include "saker/error.hpp"

namespace saker {

EpochSampler::EpochSampler(const SamplerSettings& settings) : settings_(settings) {
  const auto& [size, batch_size, seed, rank, world_size, shuffle, drop_last] = settings_;
  if (size <= 0) throw Error(ErrorKind::kData, "the dataset is empty");
  if (batch_size < 1) {
    throw Error(ErrorKind::kUsage,
                fmt::format("batch_size must be at least 1 but is {}", batch_size));
  }
  if (world_size < 1 || rank < 0 || rank >= world_size) {
    throw Error(ErrorKind::kUsage,
                fmt::format("rank {} does not lie in 0..{}", rank, world_size - 1));
  }
  // A batch larger than the data set is the data set: this keeps the product below 2^63.
  const std::int64_t whole = std::min(batch_size, size) * world_size;
  batches_per_epoch_ = drop_last ? size / whole : (size + whole - 1) / whole;
  if (drop_last && (batch_size > size || batches_per_epoch_ == 0)) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{} images do not fill one batch of batch_size {} on {} process(es), "
                            "and drop_last leaves the "
                            "rest out; use a batch_size of at most {}",
                            size,
                            batch_size,
                            world_size,
                            std::max<std::int64_t>(1, size / world_size)));
  }
}

SampledBatch EpochSampler::batch(std::int64_t number) const {
  if (number < 0) throw Error(ErrorKind::kInternal, fmt::format("batch {} is negative", number));
  const std::int64_t size = settings_.dataset_size;
  const std::int64_t whole = std::min(settings_.batch_size, size) * settings_.world_size;
  const std::int64_t start = number % batches_per_epoch_ * whole;
  const std::int64_t count = std::min(whole, size - start);
  const std::int64_t begin = start + count * settings_.rank / settings_.world_size;
  const std::int64_t end = start + count * (settings_.rank + 1) / settings_.world_size;
  SampledBatch sampled;
  sampled.epoch = number / batches_per_epoch_;
  if (settings_.shuffle) {
    const Order order = order_of(sampled.epoch);
    sampled.indices.assign(order->begin() + begin, order->begin() + end);
  } else {
    sampled.indices.resize(static_cast<std::size_t>(end - begin));
    std::iota(sampled.indices.begin(), sampled.indices.end(), begin);
  }
  return sampled;
}

EpochSampler::Order EpochSampler::order_of(std::int64_t epoch) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [known, order] : orders_) {
    if (known == epoch) return order;
  }
  RandomStream draws({.seed = settings_.seed,
                      .purpose = "shuffle",
                      .epoch = static_cast<std::uint64_t>(epoch),
                      .index = 0});
  auto order =
      std::make_shared<const std::vector<std::int64_t>>(draws.permutation(settings_.dataset_size));
  if (orders_.size() == 2) orders_.erase(orders_.begin());
  orders_.emplace_back(epoch, order);
  return order;
}

}  // namespace saker
