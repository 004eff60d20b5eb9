#include "detectors/ltdetr/matched_pairs.hpp"

namespace saker {

PairIndices pair_indices(const std::vector<BatchPairs>& sets,
                         const BatchTargets& targets,
                         std::int64_t queries) {
  // Rows, then targets: one tensor, for one copy to the device.
  std::vector<std::int64_t> indices, flat_targets;
  std::int64_t first_row = 0;
  for (const BatchPairs& images : sets) {
    for (std::size_t image = 0; image < images.size(); ++image, first_row += queries) {
      for (const std::int64_t query : images[image].queries) indices.push_back(first_row + query);
      for (const std::int64_t target : images[image].targets) {
        flat_targets.push_back(targets.first[image] + target);
      }
    }
  }
  indices.insert(indices.end(), flat_targets.begin(), flat_targets.end());
  const std::int64_t count = static_cast<std::int64_t>(sets.size());
  const torch::Tensor both =
      index_tensor(indices, targets.device())
          .view({2, count, static_cast<std::int64_t>(flat_targets.size()) / count});
  return {.rows = both[0], .targets = both[1]};
}

PairIndices repeated_pair_indices(const BatchPairs& pairs,
                                  std::int64_t sets,
                                  const BatchTargets& targets,
                                  std::int64_t queries) {
  const PairIndices one = pair_indices({pairs}, targets, queries);
  const torch::Tensor first_rows =
      torch::arange(sets, one.rows.options()).mul_(targets.images() * queries).unsqueeze(1);
  return {.rows = one.rows + first_rows, .targets = one.targets.expand({sets, one.pairs()})};
}

std::int64_t pair_count(const BatchPairs& pairs) {
  std::int64_t count = 0;
  for (const MatchedPairs& image : pairs) count += static_cast<std::int64_t>(image.queries.size());
  return count;
}

}  // namespace saker
