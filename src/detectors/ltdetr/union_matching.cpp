#include "detectors/ltdetr/union_matching.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace saker {
namespace {

using Pair = std::pair<std::int64_t, std::int64_t>;  // query, target

struct CountedPair {
  Pair pair;
  int count = 0;
};

// Distinct pairs in ascending order.
std::vector<CountedPair> count_pairs(std::vector<Pair> pairs) {
  std::sort(pairs.begin(), pairs.end());
  std::vector<CountedPair> counted;
  for (const Pair& pair : pairs) {
    if (counted.empty() || counted.back().pair != pair) counted.push_back({.pair = pair});
    ++counted.back().count;
  }
  return counted;
}

}  // namespace

BatchPairs union_matches(const std::vector<BatchPairs>& sets) {
  BatchPairs joined(sets.empty() ? 0 : sets.front().size());
  for (std::size_t image = 0; image < joined.size(); ++image) {
    std::vector<Pair> pairs;
    for (const BatchPairs& set : sets) {
      const MatchedPairs& matched = set[image];
      for (std::size_t i = 0; i < matched.queries.size(); ++i) {
        pairs.emplace_back(matched.queries[i], matched.targets[i]);
      }
    }
    std::vector<CountedPair> counted = count_pairs(std::move(pairs));
    std::stable_sort(counted.begin(),
                     counted.end(),
                     [](const CountedPair& a, const CountedPair& b) { return a.count > b.count; });
    std::set<std::int64_t> taken;
    for (const CountedPair& candidate : counted) {
      const auto [query, target] = candidate.pair;
      if (!taken.insert(query).second) continue;
      joined[image].queries.push_back(query);
      joined[image].targets.push_back(target);
    }
  }
  return joined;
}

}  // namespace saker
