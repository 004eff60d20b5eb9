#include "transforms/random_rotate_90.hpp"

#include <gtest/gtest.h>

#include "geometric_golden.hpp"

namespace saker {
namespace {

TEST(RandomRotate90, EqualsTheReference) {
  SAKER_GEOMETRIC_GOLDEN(golden);
  golden.check("rot90.", [](const auto& params, Sample& sample) {
    rotate_sample_90(sample, params["factor"]);
  });
}

TEST(RandomRotate90, EveryTurnIsAsLikely) {
  RandomStream draws({.seed = 0, .purpose = "turn"});
  const Image image(4, 6, 3, PixelType::kU8);
  int swapped = 0;
  for (int i = 0; i < 4000; ++i) {
    Sample sample{PlacedImage(image), {}};
    random_rotate_90({.prob = 1}, draws, sample);
    if (sample.image.size() == ImageSize{6, 4}) ++swapped;
  }
  EXPECT_NEAR(swapped / 4000.0, 0.5, 0.04);
}

}  // namespace
}  // namespace saker
