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

TEST(ProcessorLevel, Bfloat16LevelsAscendToTheBest) {
  const auto levels = bfloat16_levels();
  EXPECT_EQ(levels.empty(), best_bfloat16_level() == Bfloat16Level::kNone);
  if (levels.empty()) return;
  EXPECT_EQ(best_processor_level(), ProcessorLevel::kAvx512);
  EXPECT_EQ(levels.front(), Bfloat16Level::kDot);
  EXPECT_EQ(levels.back(), best_bfloat16_level());
}

}  // namespace
}  // namespace saker
