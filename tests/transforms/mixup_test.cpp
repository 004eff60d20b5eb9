#include "transforms/mixup.hpp"

#include <gtest/gtest.h>

#include "mixing_golden.hpp"
#include "quantiles.hpp"

namespace saker {
namespace {

TEST(Mixup, EqualsTheReference) {
  SAKER_MIXING_GOLDEN(golden);
  Batch batch = golden.batch();
  mixup(batch, golden.json()["mixup"]["beta"].get<float>());
  golden.check("mixup", batch);
}

TEST(Mixup, DrawsAsTheReference) {
  SAKER_GOLDEN(path, "transforms/distributions.json");
  RandomStream draws({.seed = 0, .purpose = "mix"});
  std::vector<double> shares;
  for (int i = 0; i < test::kDraws; ++i) shares.push_back(draw_own_share(draws));
  test::expect_quantiles(shares, test::read_json(path)["mixup_beta"], "share");
}

TEST(Mixup, OneImageStaysAlone) {
  Batch batch;
  batch.images = {1, 2, 3};
  batch.annotations = {{{{0.5, 0.5, 1, 1}}, {0}}};
  mixup(batch, 0.5F);
  EXPECT_EQ(batch.images, (std::vector<float>{1, 2, 3}));
  EXPECT_EQ(batch.annotations[0].boxes.size(), 1U);
}

TEST(Mixup, TheFirstMixesWithTheLast) {
  Batch batch;
  batch.images = {1, 10, 100};
  batch.annotations.resize(3);
  mixup(batch, 0.5F);
  EXPECT_EQ(batch.images, (std::vector<float>{50.5F, 5.5F, 55}));
}

}  // namespace
}  // namespace saker
