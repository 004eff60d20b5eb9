#include "transforms/random_rotate.hpp"

#include <gtest/gtest.h>

#include "geometric_golden.hpp"

namespace saker {
namespace {

TEST(RandomRotate, EqualsTheReference) {
  SAKER_GEOMETRIC_GOLDEN(golden);
  golden.check(
      "rotate.",
      [](const auto& params, Sample& sample) { rotate_sample(sample, params["angle_deg"], 3); },
      false);
}

TEST(RandomRotate, BoxesThatLeaveAreLeftOut) {
  Sample sample{PlacedImage(Image(20, 80, 3, PixelType::kU8)),
                {{{0.0, 0.4, 0.05, 0.6}, {0.45, 0.4, 0.55, 0.6}}, {4, 5}}};
  rotate_sample(sample, 90, 3);
  EXPECT_EQ(sample.boxes.classes, (std::vector<std::int64_t>{5}));
}

TEST(RandomRotate, AnglesLieInTheirRange) {
  RandomStream draws({.seed = 0, .purpose = "rotate"});
  for (int i = 0; i < 50; ++i) {
    Sample sample{PlacedImage(Image(20, 20, 3, PixelType::kU8)), {{{0.4, 0.4, 0.6, 0.6}}, {0}}};
    random_rotate({.prob = 1, .degrees = {0, 0}}, draws, sample);
    EXPECT_NEAR(sample.boxes.boxes[0].x1, 0.4, 1e-12);
  }
}

}  // namespace
}  // namespace saker
