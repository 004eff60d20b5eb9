#include "data/synth/hard_scenes.hpp"

#include <gtest/gtest.h>

#include <map>
#include <numeric>

namespace saker {
namespace {

TEST(HardScenes, EachIsWhatItsNameSays) {
  std::map<std::string, Scene> scenes;
  std::uint64_t index = 0;
  for (const HardScene& hard : hard_scenes(160, 120)) {
    RandomStream draws({.seed = 0, .purpose = "hard", .index = index++});
    EXPECT_TRUE(scenes.emplace(hard.name, draw_scene(hard.settings, draws)).second) << hard.name;
  }
  const auto mean = [&](const std::string& name) {
    const Image& image = scenes.at(name).image;
    return std::accumulate(image.u8().begin(), image.u8().end(), 0.0) /
           static_cast<double>(image.value_count());
  };
  EXPECT_LT(mean("dark"), 70);
  EXPECT_TRUE(scenes.at("empty").objects.empty());
  EXPECT_GE(scenes.at("crowded").objects.size(), 6U);
  ASSERT_EQ(scenes.at("huge").objects.size(), 1U);
  EXPECT_GT(scenes.at("huge").objects[0].box.y2 - scenes.at("huge").objects[0].box.y1, 75);
  for (const SceneObject& object : scenes.at("tiny").objects)
    EXPECT_LT(object.box.x2 - object.box.x1, 15);
  EXPECT_GT(scenes.at("upright").image.height(), scenes.at("upright").image.width());
}

}  // namespace
}  // namespace saker
