#include "core/number_rule.hpp"

#include <gtest/gtest.h>

namespace saker {
namespace {

TEST(NumberRule, ChecksAndDescribes) {
  EXPECT_EQ(at_least(1).words(), "at least 1");
  EXPECT_EQ(at_least(1).broken_by(1), "");
  EXPECT_EQ(at_least(1).broken_by(0), "must be at least 1");
  EXPECT_EQ(more_than(0).broken_by(0), "must be more than 0");
  EXPECT_EQ(more_than(0).broken_by(1e-300), "");
  EXPECT_EQ(between(-0.5, 0.5).words(), "in [-0.5, 0.5]");
  EXPECT_EQ(between(0, 1).broken_by(1), "");
  EXPECT_EQ(between(0, 1).broken_by(1.5), "must lie in [0, 1]");
  EXPECT_EQ(any_number().words(), "");
  EXPECT_EQ(any_number().broken_by(-1e300), "");
  const NumberRule even("even", [](double number) { return number == 2; });
  EXPECT_EQ(even.broken_by(3), "must be even");
}

}  // namespace
}  // namespace saker
