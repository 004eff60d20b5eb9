#include "detectors/ltdetr/union_matching.hpp"

#include <gtest/gtest.h>

namespace saker {
namespace {

using List = std::vector<std::int64_t>;

TEST(UnionMatching, TakesEachQuerysMostFrequentTarget) {
  const BatchPairs a = {{.queries = {0, 4}, .targets = {1, 0}}};
  const BatchPairs b = {{.queries = {0, 3}, .targets = {0, 1}}};
  const BatchPairs c = {{.queries = {0, 3}, .targets = {1, 0}}};
  const BatchPairs joined = union_matches({a, b, c});
  // (0, 1) occurs twice; then once each, by query and target: (0, 0), (3, 0), (3, 1), (4, 0), of
  // which (0, 0) and (3, 1) come too late for their query.
  EXPECT_EQ(joined[0].queries, (List{0, 3, 4}));
  EXPECT_EQ(joined[0].targets, (List{1, 0, 0}));
}

TEST(UnionMatching, OfOneSetIsThatSet) {
  const BatchPairs pairs = {{.queries = {1, 2, 8}, .targets = {2, 0, 1}}, {}};
  const BatchPairs joined = union_matches({pairs});
  ASSERT_EQ(joined.size(), 2U);
  EXPECT_EQ(joined[0].queries, pairs[0].queries);
  EXPECT_EQ(joined[0].targets, pairs[0].targets);
  EXPECT_TRUE(joined[1].queries.empty());
}

TEST(UnionMatching, ImagesDoNotMix) {
  const BatchPairs a = {{.queries = {5}, .targets = {0}}, {.queries = {5}, .targets = {1}}};
  const BatchPairs joined = union_matches({a, a});
  EXPECT_EQ(joined[0].targets, (List{0}));
  EXPECT_EQ(joined[1].targets, (List{1}));
}

}  // namespace
}  // namespace saker
