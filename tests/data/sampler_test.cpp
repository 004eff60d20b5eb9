#include "data/sampler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <numeric>

#include "saker/error.hpp"

namespace saker {
namespace {

using Indices = std::vector<std::int64_t>;

Indices sorted(Indices indices) {
  std::sort(indices.begin(), indices.end());
  return indices;
}

Indices range(std::int64_t count) {
  Indices indices(static_cast<std::size_t>(count));
  std::iota(indices.begin(), indices.end(), 0);
  return indices;
}

Indices epoch_of(const EpochSampler& sampler, std::int64_t epoch) {
  Indices all;
  for (std::int64_t k = 0; k < sampler.batches_per_epoch(); ++k) {
    const SampledBatch batch = sampler.batch(epoch * sampler.batches_per_epoch() + k);
    EXPECT_EQ(batch.epoch, epoch);
    all.insert(all.end(), batch.indices.begin(), batch.indices.end());
  }
  return all;
}

TEST(EpochSampler, AnEpochHoldsEverySampleOnce) {
  const EpochSampler sampler({.dataset_size = 10, .batch_size = 5, .seed = 3});
  EXPECT_EQ(sampler.batches_per_epoch(), 2);
  const Indices first = epoch_of(sampler, 0);
  const Indices second = epoch_of(sampler, 1);
  EXPECT_EQ(sorted(first), range(10));
  EXPECT_EQ(sorted(second), range(10));
  EXPECT_NE(first, second);
}

TEST(EpochSampler, BatchesDoNotDependOnWhatWasAskedBefore) {
  const SamplerSettings settings{.dataset_size = 23, .batch_size = 4, .seed = 9};
  const EpochSampler forward(settings);
  const EpochSampler backward(settings);
  std::vector<Indices> batches;
  for (std::int64_t k = 0; k < 40; ++k) batches.push_back(forward.batch(k).indices);
  for (std::int64_t k = 39; k >= 0; --k) {
    EXPECT_EQ(backward.batch(k).indices, batches[static_cast<std::size_t>(k)]);
  }
}

TEST(EpochSampler, DropLastLeavesOutTheRest) {
  const EpochSampler sampler({.dataset_size = 11, .batch_size = 4});
  EXPECT_EQ(sampler.batches_per_epoch(), 2);
  EXPECT_EQ(epoch_of(sampler, 0).size(), 8U);
}

TEST(EpochSampler, ValidationKeepsTheOrderAndTheRest) {
  const EpochSampler sampler(
      {.dataset_size = 11, .batch_size = 4, .shuffle = false, .drop_last = false});
  EXPECT_EQ(sampler.batches_per_epoch(), 3);
  EXPECT_EQ(epoch_of(sampler, 0), range(11));
  EXPECT_EQ(sampler.batch(2).indices, (Indices{8, 9, 10}));
}

TEST(EpochSampler, RanksShareTheBatchOfASingleProcess) {
  for (const bool drop_last : {false, true}) {
    SamplerSettings settings{
        .dataset_size = 29, .batch_size = 6, .seed = 1, .drop_last = drop_last};
    const EpochSampler whole(settings);
    settings.batch_size = 2;
    settings.world_size = 3;
    std::vector<std::unique_ptr<EpochSampler>> ranks;
    for (settings.rank = 0; settings.rank < 3; ++settings.rank) {
      ranks.push_back(std::make_unique<EpochSampler>(settings));
      EXPECT_EQ(ranks.back()->batches_per_epoch(), whole.batches_per_epoch());
    }
    for (std::int64_t k = 0; k < 3 * whole.batches_per_epoch(); ++k) {
      Indices joined;
      for (const auto& rank : ranks) {
        const Indices part = rank->batch(k).indices;
        joined.insert(joined.end(), part.begin(), part.end());
      }
      EXPECT_EQ(joined, whole.batch(k).indices);
    }
  }
}

TEST(EpochSampler, RejectsWhatGivesNoBatch) {
  try {
    const EpochSampler sampler({.dataset_size = 7, .batch_size = 4, .world_size = 2});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    const std::string message = error.what();
    EXPECT_NE(message.find("drop_last"), std::string::npos);
    EXPECT_NE(message.find("batch_size of at most 3"), std::string::npos) << message;
  }
  EXPECT_THROW(EpochSampler({.dataset_size = 0}), Error);
  EXPECT_THROW(EpochSampler({.dataset_size = 3, .batch_size = 0}), Error);
  EXPECT_THROW(EpochSampler({.dataset_size = 3, .rank = 1}), Error);
  EXPECT_THROW(EpochSampler({.dataset_size = 3, .batch_size = INT64_MAX}), Error);
  EXPECT_EQ(EpochSampler({.dataset_size = 3, .batch_size = INT64_MAX, .drop_last = false})
                .batches_per_epoch(),
            1);
}

}  // namespace
}  // namespace saker
