#include "transforms/copyblend.hpp"

#include <gtest/gtest.h>

#include <map>

#include "mixing_golden.hpp"
#include "quantiles.hpp"

namespace saker {
namespace {

TEST(Copyblend, ThePoolEqualsTheReferences) {
  SAKER_MIXING_GOLDEN(golden);
  const auto& expected = golden.json()["copyblend"]["pool"];
  std::vector<CopyblendObject> objects;
  for (std::size_t i = 0; i < expected["labels"].size(); ++i) {
    objects.push_back({expected["source_indices"][i],
                       expected["source_x1"][i],
                       expected["source_y1"][i],
                       expected["source_x2"][i],
                       expected["source_y2"][i],
                       expected["labels"][i]});
  }
  EXPECT_EQ(copyblend_pool(golden.batch(), 100), objects);
}

TEST(Copyblend, EqualsTheReference) {
  SAKER_MIXING_GOLDEN(golden);
  const auto& scripted = golden.json()["copyblend"]["scripted"];
  const auto& shares = scripted["beta_then_alpha_per_object"];
  CopyblendPlan plan;
  plan.own_share = shares[0].get<float>();
  std::size_t drawn = 0;
  for (const auto& selected : scripted["selected_per_image"]) {
    std::vector<CopyblendPlacement>& placements = plan.placements.emplace_back();
    for (const auto& object : selected) {
      placements.push_back({object,
                            scripted["x_then_y_per_object"][2 * drawn],
                            scripted["x_then_y_per_object"][2 * drawn + 1],
                            shares[1 + drawn]});
      ++drawn;
    }
  }
  Batch batch = golden.batch();
  apply_copyblend(copyblend_pool(batch, 100), plan, batch);
  golden.check("copyblend", batch);
}

TEST(Copyblend, PlacesAsTheReference) {
  SAKER_GOLDEN(path, "transforms/distributions.json");
  const auto golden = test::read_json(path)["copyblend_placement"];
  Batch batch;
  batch.channels = 1;
  batch.size = {480, 640};
  batch.images = std::vector<float>(480 * 640);
  batch.annotations = {{{{140.5 / 640, 80.5 / 480, 80.0 / 640, 60.0 / 480}}, {1}}};
  const std::vector<CopyblendObject> pool = copyblend_pool(batch, 100);
  ASSERT_EQ(pool, (std::vector<CopyblendObject>{{0, 100, 50, 180, 110, 1}}));
  // Two quantiles of the whole-numbered sizes lie near a step, over which one seed in five falls.
  RandomStream draws({.seed = 2, .purpose = "mix"});
  std::vector<double> xs, ys, widths, heights;
  for (int i = 0; i < test::kDraws; ++i) {
    const CopyblendPlan plan = draw_copyblend({}, batch, pool, draws);
    ASSERT_EQ(plan.placements[0].size(), 1U);
    const CopyblendPlacement& placement = plan.placements[0][0];
    xs.push_back((static_cast<double>(placement.x) + 40) / 640);
    ys.push_back((static_cast<double>(placement.y) + 30) / 480);
    const CopyblendPatch patch = copyblend_patch(pool[0], placement, batch.size);
    widths.push_back(static_cast<double>(patch.width));
    heights.push_back(static_cast<double>(patch.height));
  }
  test::expect_quantiles(xs, golden["dest_box_cx"], "x");
  test::expect_quantiles(ys, golden["dest_box_cy"], "y");
  test::expect_quantiles(widths, golden["dest_patch_width"], "width");
  test::expect_quantiles(heights, golden["dest_patch_height"], "height");
}

TEST(Copyblend, ChoosesDifferentObjectsUniformly) {
  Batch batch;
  batch.size = {64, 64};
  batch.annotations.resize(1);
  std::vector<CopyblendObject> pool;
  for (std::int64_t i = 0; i < 5; ++i) pool.push_back({0, 0, 0, 10, 10, i});
  RandomStream draws({.seed = 1, .purpose = "mix"});
  std::map<std::int64_t, int> counts;
  constexpr int kRounds = 5000;
  for (int round = 0; round < kRounds; ++round) {
    const CopyblendPlan plan = draw_copyblend({}, batch, pool, draws);
    ASSERT_EQ(plan.placements[0].size(), 3U);
    std::map<std::int64_t, int> own;
    for (const CopyblendPlacement& placement : plan.placements[0]) {
      ++counts[placement.object];
      EXPECT_EQ(++own[placement.object], 1);
    }
  }
  // Five standard deviations of a count that is binomial with a probability of 3 / 5.
  for (std::int64_t i = 0; i < 5; ++i)
    EXPECT_NEAR(counts[i], kRounds * 0.6, 5 * std::sqrt(kRounds * 0.6 * 0.4)) << i;
}

TEST(Copyblend, SmallObjectsAreNotCopied) {
  Batch batch;
  batch.channels = 1;
  batch.size = {20, 20};
  batch.images = std::vector<float>(400, 1.0F);
  batch.annotations = {{{{0.5, 0.5, 0.4, 0.4}}, {0}}};
  RandomStream draws({.seed = 1, .purpose = "mix"});
  copyblend({.area_threshold = 65}, draws, batch);
  EXPECT_EQ(batch.annotations[0].boxes.size(), 1U);
  copyblend({.area_threshold = 64}, draws, batch);
  EXPECT_EQ(batch.annotations[0].boxes.size(), 2U);
}

TEST(Copyblend, AnObjectThatFillsTheImageStaysInside) {
  Batch batch;
  batch.channels = 1;
  batch.size = {4, 6};
  std::vector<float> images(48, 1.0F);
  std::fill_n(images.begin(), 24, 0.0F);
  batch.images = std::move(images);
  batch.annotations = {{{{0.5, 0.5, 1.5, 1.5}}, {0}}, {}};
  RandomStream draws({.seed = 1, .purpose = "mix"});
  copyblend({.area_threshold = 0}, draws, batch);
  EXPECT_EQ(batch.annotations[1].boxes[0], (NormalizedBox{0.5, 0.5, 1, 1}));
  for (int i = 0; i < 24; ++i) {
    EXPECT_EQ(batch.images[static_cast<std::size_t>(i)], 0.0F);
    EXPECT_NEAR(batch.images[static_cast<std::size_t>(24 + i)], 0.5, 0.0501);
  }
}

}  // namespace
}  // namespace saker
