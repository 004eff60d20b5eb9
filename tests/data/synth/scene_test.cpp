#include "data/synth/scene.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace saker {
namespace {

Scene scene(std::uint64_t index, const SceneSettings& settings = {.width = 160, .height = 120}) {
  RandomStream draws({.seed = 2, .purpose = "scene", .index = index});
  return draw_scene(settings, draws);
}

TEST(Scene, IsAFunctionOfItsStream) {
  const Scene first = scene(1);
  const Scene again = scene(1);
  EXPECT_TRUE(std::ranges::equal(first.image.u8(), again.image.u8()));
  ASSERT_EQ(first.objects.size(), again.objects.size());
  EXPECT_EQ(first.objects[0].box, again.objects[0].box);
  EXPECT_FALSE(std::ranges::equal(first.image.u8(), scene(2).image.u8()));
}

TEST(Scene, ObjectsAreInsideAndSeenEnough) {
  const SceneSettings crowded = {
      .width = 160, .height = 120, .min_objects = 8, .max_objects = 10, .crowding = 1};
  std::set<SynthClass> kinds;
  double least = 1;
  for (std::uint64_t index = 0; index < 12; ++index) {
    const Scene drawn = scene(index, crowded);
    EXPECT_GE(drawn.objects.size(), 3U);
    EXPECT_LE(drawn.objects.size(), 10U);
    for (const SceneObject& object : drawn.objects) {
      kinds.insert(object.kind);
      least = std::min(least, object.visible_fraction);
      EXPECT_GE(object.visible_fraction, kMinimumVisible);
      EXPECT_LE(object.visible_fraction, 1);
      EXPECT_GE(object.box.x1, 0);
      EXPECT_GE(object.box.y1, 0);
      EXPECT_LE(object.box.x2, 160);
      EXPECT_LE(object.box.y2, 120);
      EXPECT_LT(object.box.x1, object.box.x2);
      EXPECT_LT(object.box.y1, object.box.y2);
    }
  }
  EXPECT_EQ(kinds.size(), kSynthClassNames.size());
  EXPECT_LT(least, 0.8) << "crowded objects hide parts of one another";
}

TEST(Scene, NumbersAndTheFirstClassAreAsAsked) {
  for (std::uint64_t index = 0; index < 8; ++index) {
    const Scene one = scene(index,
                            {.width = 160,
                             .height = 120,
                             .min_objects = 1,
                             .max_objects = 1,
                             .first_class = SynthClass::kCone});
    ASSERT_EQ(one.objects.size(), 1U) << index;
    EXPECT_EQ(one.objects[0].kind, SynthClass::kCone);
    EXPECT_TRUE(scene(index, {.width = 160, .height = 120, .min_objects = 0, .max_objects = 0})
                    .objects.empty());
  }
}

TEST(Scene, AnySize) {
  for (const auto& [width, height] : {std::pair{1, 1}, {500, 20}, {20, 500}}) {
    const Scene drawn = scene(0, {.width = width, .height = height});
    EXPECT_EQ(drawn.image.width(), width);
    EXPECT_EQ(drawn.image.height(), height);
  }
}

}  // namespace
}  // namespace saker
