#include "data/class_map.hpp"

#include <gtest/gtest.h>

#include "saker/error.hpp"

namespace saker {
namespace {

TEST(ClassMap, IndicesFollowTheOrderOfNames) {
  const ClassMap classes({{5, "e"}, {2, "b"}}, {});
  EXPECT_EQ(classes.size(), 2);
  EXPECT_EQ(classes.index(5), 0);
  EXPECT_EQ(classes.index(2), 1);
  EXPECT_EQ(classes.id(1), 2);
  EXPECT_EQ(classes.name(0), "e");
  EXPECT_FALSE(classes.index(0).has_value());
}

TEST(ClassMap, IgnoredClassesHaveNoIndex) {
  const ClassMap classes({{0, "red"}, {3, "green"}, {7, "blue"}}, {3, 3, 77});
  EXPECT_EQ(classes.size(), 2);
  EXPECT_EQ(classes.index(7), 1);
  EXPECT_FALSE(classes.index(3).has_value());
  EXPECT_TRUE(classes.ignores(3));
  EXPECT_TRUE(classes.ignores(77));
  EXPECT_FALSE(classes.ignores(7));
  EXPECT_EQ(classes.describe_ids(), "0, 7 (ignored: 3, 77)");
}

TEST(ClassMap, GapFreeIdsSurviveAnIgnoredOne) {
  const ClassMap classes({{0, "a"}, {1, "b"}, {2, "c"}}, {0});
  EXPECT_FALSE(classes.index(0).has_value());
  EXPECT_EQ(classes.index(1), 0);
  EXPECT_EQ(classes.index(2), 1);
}

TEST(ClassMap, NoNames) {
  const ClassMap classes({}, {});
  EXPECT_EQ(classes.size(), 0);
  EXPECT_FALSE(classes.index(0).has_value());
  EXPECT_EQ(classes.describe_ids(), "none");
}

TEST(ClassMap, AnIdStandsOnce) { EXPECT_THROW(ClassMap({{1, "a"}, {1, "b"}}, {}), Error); }

}  // namespace
}  // namespace saker
