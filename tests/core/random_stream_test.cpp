#include "core/random_stream.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace saker {
namespace {

TEST(RandomStream, IsAFunctionOfItsKey) {
  RandomStream a({.seed = 1, .purpose = "augment", .epoch = 2, .index = 3});
  RandomStream b({.seed = 1, .purpose = "augment", .epoch = 2, .index = 3});
  for (int i = 0; i < 100; ++i) EXPECT_EQ(a.bits(), b.bits());
}

TEST(RandomStream, EveryPartOfTheKeyMatters) {
  const RandomKey keys[] = {{.seed = 0, .purpose = "a", .epoch = 0, .index = 0},
                            {.seed = 1, .purpose = "a", .epoch = 0, .index = 0},
                            {.seed = 0, .purpose = "b", .epoch = 0, .index = 0},
                            {.seed = 0, .purpose = "a", .epoch = 1, .index = 0},
                            {.seed = 0, .purpose = "a", .epoch = 0, .index = 1}};
  std::set<std::uint64_t> firsts;
  for (const RandomKey& key : keys) {
    RandomStream stream(key);
    const std::uint64_t upper = stream.bits();
    firsts.insert((upper << 32) | stream.bits());
  }
  EXPECT_EQ(firsts.size(), 5U);
}

TEST(RandomStream, UniformHasTheRightMoments) {
  RandomStream stream({.seed = 7, .purpose = "test"});
  double sum = 0;
  double squares = 0;
  constexpr int kDraws = 100000;
  for (int i = 0; i < kDraws; ++i) {
    const double u = stream.uniform();
    ASSERT_GE(u, 0.0);
    ASSERT_LT(u, 1.0);
    sum += u;
    squares += u * u;
  }
  EXPECT_NEAR(sum / kDraws, 0.5, 5 * std::sqrt(1.0 / 12 / kDraws));
  EXPECT_NEAR(squares / kDraws, 1.0 / 3, 0.005);
}

TEST(RandomStream, IntegersCoverBothEnds) {
  RandomStream stream({.seed = 7, .purpose = "test"});
  int counts[4] = {};
  for (int i = 0; i < 40000; ++i) ++counts[stream.uniform_int(-1, 2) + 1];
  for (const int count : counts) EXPECT_NEAR(count, 10000, 5 * std::sqrt(40000 * 0.25 * 0.75));
}

TEST(RandomStream, PermutationHoldsEveryNumberOnce) {
  RandomStream stream({.seed = 7, .purpose = "test"});
  std::vector<std::int64_t> order = stream.permutation(100);
  EXPECT_FALSE(std::is_sorted(order.begin(), order.end()));
  std::sort(order.begin(), order.end());
  for (std::int64_t i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
  EXPECT_TRUE(stream.permutation(0).empty());
}

}  // namespace
}  // namespace saker
