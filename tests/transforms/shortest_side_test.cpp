#include "transforms/shortest_side.hpp"

#include <gtest/gtest.h>

#include "golden.hpp"

namespace saker {
namespace {

TEST(ShortestSide, EqualsTheReference) {
  SAKER_GOLDEN(path, "sahi/shortest_side.json");
  const auto goldens = test::read_json(path);
  EXPECT_EQ(goldens.size(), 24U);
  for (const auto& golden : goldens) {
    std::optional<std::int64_t> longest;
    if (!golden["max_size"].is_null()) longest = golden["max_size"].get<std::int64_t>();
    EXPECT_EQ(shortest_side_size({golden["in"][0], golden["in"][1]}, golden["size"], longest),
              (ImageSize{golden["out"][0], golden["out"][1]}))
        << golden;
  }
}

TEST(ShortestSide, NoSideVanishes) {
  EXPECT_EQ(shortest_side_size({1, 5000}, 10, 100), (ImageSize{1, 100}));
}

}  // namespace
}  // namespace saker
