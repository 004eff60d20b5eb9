#include "core/environment.hpp"

#include <gtest/gtest.h>

#include "environment.hpp"

namespace saker {
namespace {

TEST(Environment, AnEmptyValueCountsAsUnset) {
  const test::ScopedVariable full("SAKER_TEST_FULL", "text");
  const test::ScopedVariable empty("SAKER_TEST_EMPTY", "");
  EXPECT_EQ(environment("SAKER_TEST_FULL"), "text");
  EXPECT_FALSE(environment("SAKER_TEST_EMPTY").has_value());
  EXPECT_FALSE(environment("SAKER_TEST_ABSENT").has_value());
}

}  // namespace
}  // namespace saker
