#include "transforms/photometric_distort.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "quantiles.hpp"
#include "test_image.hpp"

namespace saker {
namespace {

TEST(PhotometricDistort, DrawsAsTheReference) {
  SAKER_GOLDEN(path, "transforms/distributions.json");
  const auto golden = test::read_json(path)["photometric"];
  RandomStream draws({.seed = 0, .purpose = "photometric"});
  std::vector<double> brightness, contrast, saturation, hue;
  std::map<std::string, int> orders;
  for (int i = 0; i < test::kDraws; ++i) {
    const ColorJitter jitter = draw_color_jitter({}, draws);
    brightness.push_back(jitter.brightness);
    contrast.push_back(jitter.contrast);
    saturation.push_back(jitter.saturation);
    hue.push_back(jitter.hue);
    std::string order;
    for (const std::int64_t operation : jitter.order) order += std::to_string(operation);
    ++orders[order];
  }
  test::expect_quantiles(brightness, golden["brightness"], "brightness");
  test::expect_quantiles(contrast, golden["contrast"], "contrast");
  test::expect_quantiles(saturation, golden["saturation"], "saturation");
  test::expect_quantiles(hue, golden["hue"], "hue");
  EXPECT_EQ(orders.size(), 24U);
  const double share = 1.0 / 24;
  for (const auto& [order, count] : orders) {
    EXPECT_NEAR(count, test::kDraws * share, 5 * std::sqrt(test::kDraws * share * (1 - share)))
        << order;
  }
}

TEST(PhotometricDistort, ChangesAsManyImagesAsTheReference) {
  const Image image = test::noise_image("photo/ident", 4, 4);
  RandomStream draws({.seed = 0, .purpose = "photometric"});
  int unchanged = 0;
  for (int i = 0; i < test::kDraws; ++i) {
    Image distorted = image;
    photometric_distort({}, draws, distorted);
    if (test::difference(distorted.u8(), image.u8()).largest == 0) ++unchanged;
  }
  const double share = static_cast<double>(unchanged) / test::kDraws;
  EXPECT_NEAR(share, 1 - 0.5 * (1 - 0.5 * (0.5 + 0.5 / 6)), 0.015);
  EXPECT_NEAR(1 - share, 0.34, 0.03);
}

TEST(PhotometricDistort, ProbabilityZeroIsOff) {
  const Image image = test::noise_image("photo/ident", 4, 4);
  RandomStream draws({.seed = 0, .purpose = "photometric"});
  for (int i = 0; i < 100; ++i) {
    Image distorted = image;
    photometric_distort({.prob = 0}, draws, distorted);
    EXPECT_EQ(test::difference(distorted.u8(), image.u8()).largest, 0);
  }
}

}  // namespace
}  // namespace saker
