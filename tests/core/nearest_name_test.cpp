#include "core/nearest_name.hpp"

#include <gtest/gtest.h>

namespace saker {
namespace {

TEST(NearestName, FindsATypo) {
  const std::vector<std::string> known = {"steps", "batch_size", "seed"};
  EXPECT_EQ(nearest_names("stesp", known), std::vector<std::string>{"steps"});
  EXPECT_EQ(nearest_names("batchsize", known), std::vector<std::string>{"batch_size"});
}

TEST(NearestName, SuggestsNothingFarAway) {
  EXPECT_TRUE(nearest_names("zzzzzzzz", {"steps", "seed"}).empty());
}

}  // namespace
}  // namespace saker
