// Pairs of queries and targets, as lists on the host and as indices for tensors.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "detectors/ltdetr/batch_targets.hpp"

namespace saker {

// Of one image. A query has one target at most; targets are numbered within the image.
struct MatchedPairs {
  std::vector<std::int64_t> queries;
  std::vector<std::int64_t> targets;
};

// Of the B images of a batch.
using BatchPairs = std::vector<MatchedPairs>;

// Pairs of K sets of predictions, P in each, as indices on the device of the targets.
struct PairIndices {
  torch::Tensor rows;  // [K, P] int64, of predictions [K, B, Q, ...] flattened to [K * B * Q, ...]
  torch::Tensor targets;  // [K, P] int64, of the flat targets

  // P.
  std::int64_t pairs() const { return rows.size(1); }
};

// sets: K, all with the same number of pairs. queries: Q.
PairIndices pair_indices(const std::vector<BatchPairs>& sets,
                         const BatchTargets& targets,
                         std::int64_t queries);

// The same pairs for each of `sets` K sets of predictions.
PairIndices repeated_pair_indices(const BatchPairs& pairs,
                                  std::int64_t sets,
                                  const BatchTargets& targets,
                                  std::int64_t queries);

// Over all images.
std::int64_t pair_count(const BatchPairs& pairs);

}  // namespace saker
