#include "data/synth/visibility.hpp"

#include <cairo.h>
#include <gtest/gtest.h>

namespace saker {
namespace {

VisibilityMap::Trace rectangle(double x, double y, double width, double height) {
  return [=](CairoContext* context) { cairo_rectangle(context, x, y, width, height); };
}

TEST(VisibilityMap, BoxesAndFractionsOfWhatRemains) {
  VisibilityMap map(100, 80);
  ASSERT_EQ(map.add_object(rectangle(10, 10, 40, 20), 0, 0.4), 0U);
  EXPECT_EQ(map.visible_fraction(0), 1);
  EXPECT_EQ(map.visible_box(0), (Box{10, 10, 50, 30}));
  ASSERT_EQ(map.add_object(rectangle(30, 0, 40, 60), 0, 0.4), 1U);
  EXPECT_EQ(map.visible_fraction(0), 0.5);
  EXPECT_EQ(map.visible_box(0), (Box{10, 10, 30, 30}));
  EXPECT_EQ(map.visible_box(1), (Box{30, 0, 70, 60}));
}

TEST(VisibilityMap, WhatWouldHideTooMuchIsRefused) {
  VisibilityMap map(100, 80);
  ASSERT_TRUE(map.add_object(rectangle(10, 10, 40, 20), 0, 0.4));
  EXPECT_FALSE(map.add_object(rectangle(20, 0, 40, 60), 0, 0.4));
  EXPECT_FALSE(map.add_cover(rectangle(20, 0, 40, 60), 0, 0.4));
  EXPECT_EQ(map.visible_fraction(0), 1) << "a refused thing changes nothing";
  EXPECT_TRUE(map.add_cover(rectangle(30, 0, 40, 60), 0, 0.4));
  EXPECT_EQ(map.visible_box(0), (Box{10, 10, 30, 30}));
  EXPECT_FALSE(map.add_cover(rectangle(10, 0, 10, 60), 0, 0.4)) << "hidden parts add up";
}

TEST(VisibilityMap, AreaOutsideOfTheImageIsHidden) {
  VisibilityMap map(100, 80);
  EXPECT_FALSE(map.add_object(rectangle(-30, 10, 40, 20), 40, 0.4));
  ASSERT_TRUE(map.add_object(rectangle(-20, 10, 40, 20), 40, 0.4));
  EXPECT_EQ(map.visible_fraction(0), 0.5);
  EXPECT_EQ(map.visible_box(0), (Box{0, 10, 20, 30}));
  EXPECT_FALSE(map.add_object(rectangle(0, 0, 0, 0), 0, 0.4)) << "nothing to see";
}

}  // namespace
}  // namespace saker
