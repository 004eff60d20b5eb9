#include "nn/processor_level.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace saker {
namespace {

TEST(ProcessorLevel, LevelsAscendFromPortableToTheBest) {
  const auto levels = processor_levels();
  ASSERT_FALSE(levels.empty());
  EXPECT_EQ(levels.front(), ProcessorLevel::kPortable);
  EXPECT_EQ(levels.back(), best_processor_level());
  EXPECT_TRUE(std::is_sorted(levels.begin(), levels.end()));
}

}  // namespace
}  // namespace saker
