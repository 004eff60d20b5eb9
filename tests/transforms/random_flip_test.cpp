#include "transforms/random_flip.hpp"

#include <gtest/gtest.h>

#include "geometric_golden.hpp"

namespace saker {
namespace {

TEST(RandomFlip, EqualsTheReference) {
  SAKER_GEOMETRIC_GOLDEN(golden);
  golden.check("hflip", [](const auto&, Sample& sample) { flip_sample_horizontal(sample); });
  golden.check("vflip", [](const auto&, Sample& sample) { flip_sample_vertical(sample); });
}

TEST(RandomFlip, DrawsEachOnItsOwn) {
  RandomStream draws({.seed = 0, .purpose = "flip"});
  const Image image(4, 4, 3, PixelType::kU8);
  int horizontal = 0;
  int vertical = 0;
  for (int i = 0; i < 4000; ++i) {
    Sample sample{PlacedImage(image), {{{0.1, 0.2, 0.3, 0.4}}, {0}}};
    random_flip_horizontal({0.5, 0.25}, draws, sample);
    random_flip_vertical({0.5, 0.25}, draws, sample);
    horizontal += sample.boxes.boxes[0].x1 > 0.5 ? 1 : 0;
    vertical += sample.boxes.boxes[0].y1 > 0.5 ? 1 : 0;
  }
  EXPECT_NEAR(horizontal / 4000.0, 0.5, 0.04);
  EXPECT_NEAR(vertical / 4000.0, 0.25, 0.04);
}

}  // namespace
}  // namespace saker
