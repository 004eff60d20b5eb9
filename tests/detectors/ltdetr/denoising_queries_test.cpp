#include "detectors/ltdetr/denoising_queries.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "detectors/ltdetr/box_operations.hpp"
#include "detectors/ltdetr/training_cases.hpp"
#include "tensors/golden_tensors.hpp"

namespace saker {
namespace {

TEST(DenoisingQueries, AgreeWithTheGoldenVectors) {
  SAKER_GOLDEN(path, "ltdetr_train/denoising.safetensors");
  const test::GoldenTensors golden(path);
  for (const auto& [name, info] : golden.info().at("cases").items()) {
    SCOPED_TRACE(name);
    const auto counts = info.at("counts").get<std::vector<std::int64_t>>();
    const auto images = static_cast<std::int64_t>(counts.size());
    const auto classes = info.at("classes").get<std::int64_t>();
    const auto queries = info.at("split")[0].get<std::int64_t>();
    const Denoising made =
        make_denoising(test::golden_targets("dn." + name + ".target", counts, classes),
                       classes,
                       info.at("num_queries").get<std::int64_t>(),
                       {.num_denoising = info.at("num_denoising").get<std::int64_t>()},
                       test::golden_draws("dn." + name, images, queries, classes));
    EXPECT_EQ(made.groups, info.at("groups").get<std::int64_t>());
    EXPECT_TRUE(torch::equal(made.queries.classes, golden.full(name + ".class_ids")));
    EXPECT_TRUE(test::near(made.queries.reference_logits,
                           golden.full(name + ".boxes_unact"),
                           {.absolute = 1e-4, .relative = 1e-4}));
    EXPECT_EQ(made.queries.attention_mask.sum().item<std::int64_t>(),
              info.at("mask_true").get<std::int64_t>());
    if (info.at("mask_stored").get<bool>()) {
      EXPECT_TRUE(torch::equal(made.queries.attention_mask,
                               golden.full(name + ".attn_mask").to(torch::kBool)));
    }
    const std::int64_t most = *std::max_element(counts.begin(), counts.end());
    for (std::size_t i = 0; i < counts.size(); ++i) {
      const std::string image = std::to_string(i);
      const MatchedPairs pairs = denoising_pairs(counts[i], most, made.groups);
      EXPECT_EQ(pairs.queries, test::to_list(golden.full(name + ".positive_idx." + image)));
      EXPECT_EQ(pairs.queries, test::to_list(golden.full(name + ".match_query." + image)));
      EXPECT_EQ(pairs.targets, test::to_list(golden.full(name + ".match_target." + image)));
    }
  }
}

TEST(DenoisingQueries, GroupsByHand) {
  EXPECT_EQ(denoising_groups(0, 100), 0);
  EXPECT_EQ(denoising_groups(1, 100), 100);
  EXPECT_EQ(denoising_groups(7, 100), 14);
  EXPECT_EQ(denoising_groups(101, 100), 1);
}

TEST(DenoisingQueries, EachGroupSeesItselfAndTheQueries) {
  const Denoising made = make_denoising(
      test::golden_targets("t", {1}, 4), 4, /*num_queries=*/1, {.num_denoising = 2}, DrawKey());
  // Two groups of a positive and a negative, then the query of the image.
  const torch::Tensor expected =
      torch::tensor(
          {{0, 0, 1, 1, 0}, {0, 0, 1, 1, 0}, {1, 1, 0, 0, 0}, {1, 1, 0, 0, 0}, {1, 1, 1, 1, 0}})
          .to(torch::kBool);
  EXPECT_TRUE(torch::equal(made.queries.attention_mask, expected));
}

TEST(DenoisingQueries, PositivesStayNearAndNegativesDoNot) {
  const Targets targets = test::golden_targets("t", {4, 2}, 9);
  const Denoising made = make_denoising(targets, 9, 10, {}, DrawKey());
  const torch::Tensor boxes = cxcywh_to_xyxy(made.queries.reference_logits.sigmoid());
  const torch::Tensor target = targets.boxes_cxcywh_norm[0];
  const torch::Tensor half_sides = target.slice(1, 2).repeat({1, 2}) / 2;
  for (std::int64_t group = 0; group < made.groups; ++group) {
    const auto shift = [&](std::int64_t first) {
      const torch::Tensor moved = boxes[0].slice(0, first, first + 4);
      return (moved - cxcywh_to_xyxy(target).clamp(0, 1)).abs();
    };
    EXPECT_TRUE(shift(8 * group).le(half_sides + 1e-4).all().item<bool>());
    // Clamped corners may come back nearer, so only those inside the image are looked at.
    const torch::Tensor negative = boxes[0].slice(0, 8 * group + 4, 8 * group + 8);
    const torch::Tensor ordered =
        (negative.slice(1, 2) - negative.slice(1, 0, 2)).gt(1e-4).repeat({1, 2});
    const torch::Tensor inside =
        negative.gt(1e-3).logical_and(negative.lt(1 - 1e-3)).logical_and(ordered);
    EXPECT_TRUE(shift(8 * group + 4)
                    .ge(half_sides - 1e-4)
                    .logical_or(inside.logical_not())
                    .all()
                    .item<bool>());
  }
  // Places 2 and 3 of every half group of image 1 are padding.
  const torch::Tensor places = torch::arange(made.queries.classes.size(1)).remainder(4);
  EXPECT_TRUE(torch::equal(made.queries.classes[1].eq(9), places.ge(2)));
  EXPECT_NEAR(made.queries.reference_logits[1][2][0].item<double>(), -11.5129, 1e-4);
}

TEST(DenoisingQueries, AQuarterOfTheLabelsIsDrawnAnew) {
  Targets targets;
  for (int image = 0; image < 8; ++image) {
    targets.boxes_cxcywh_norm.push_back(test::golden_boxes("b", {10}));
    targets.classes.push_back(torch::zeros({10}, torch::kLong));
  }
  constexpr std::int64_t kClasses = 1000;  // so many that few keep their label by chance
  const Denoising made = make_denoising(targets, kClasses, 10, {.num_denoising = 1000}, DrawKey());
  const torch::Tensor changed = made.queries.classes.ne(0).to(torch::kDouble);  // 16000 of them
  EXPECT_NEAR(changed.mean().item<double>(), 0.25, 0.015);
  const Denoising none = make_denoising(
      targets, kClasses, 10, {.num_denoising = 1000, .label_noise_ratio = 0}, DrawKey());
  EXPECT_TRUE(none.queries.classes.eq(0).all().item<bool>());
}

TEST(DenoisingQueries, DrawsAreUniformAndFollowTheStream) {
  const DrawKey key = {.seed = 3};
  const DenoisingDraws draws = draw_denoising(4, 2000, 5, key, torch::kCPU);
  const DenoisingDraws equal = draw_denoising(4, 2000, 5, key, torch::kCPU);
  EXPECT_TRUE(torch::equal(draws.box_shift, equal.box_shift));
  EXPECT_TRUE(torch::equal(draws.new_label, equal.new_label));
  EXPECT_NEAR(draws.label_chance.mean().item<double>(), 0.5, 0.02);
  EXPECT_TRUE(draws.label_chance.ge(0).logical_and(draws.label_chance.lt(1)).all().item<bool>());
  EXPECT_NEAR(draws.box_shift.mean().item<double>(), 0.5, 0.01);
  EXPECT_TRUE(draws.box_shift.ge(0).logical_and(draws.box_shift.lt(1)).all().item<bool>());
  EXPECT_NEAR(draws.box_sign.mean().item<double>(), 0, 0.02);
  EXPECT_TRUE(draws.box_sign.abs().eq(1).all().item<bool>());
  const torch::Tensor frequency = torch::bincount(draws.new_label.flatten(), {}, 5) / 8000.0;
  EXPECT_TRUE(torch::allclose(frequency, torch::full({5}, 0.2), 0, 0.02));
}

TEST(DenoisingQueries, OfABatchWithoutTargetsAreNone) {
  const Denoising made = make_denoising(test::golden_targets("t", {0, 0}, 4), 4, 6, {}, DrawKey());
  EXPECT_EQ(made.groups, 0);
  EXPECT_EQ(made.queries.classes.sizes(), (std::vector<std::int64_t>{2, 0}));
  EXPECT_EQ(made.queries.reference_logits.sizes(), (std::vector<std::int64_t>{2, 0, 4}));
  EXPECT_TRUE(torch::equal(made.queries.attention_mask, torch::zeros({6, 6}, torch::kBool)));
}

TEST(DenoisingQueries, WithoutNoiseAreTheTargets) {
  const Targets targets = test::golden_targets("t", {3}, 4);
  const Denoising made = make_denoising(
      targets, 4, 6, {.num_denoising = 3, .label_noise_ratio = 0, .box_noise_scale = 0}, DrawKey());
  EXPECT_TRUE(torch::equal(made.queries.classes[0], targets.classes[0].repeat({2})));
  EXPECT_TRUE(torch::allclose(made.queries.reference_logits[0].sigmoid(),
                              targets.boxes_cxcywh_norm[0].repeat({2, 1}),
                              1e-5,
                              1e-6));
}

}  // namespace
}  // namespace saker
