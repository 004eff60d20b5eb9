#include "detectors/ltdetr/hungarian_matcher.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "detectors/ltdetr/box_operations.hpp"
#include "detectors/ltdetr/training_cases.hpp"
#include "tensors/fill_module.hpp"
#include "tensors/golden_tensors.hpp"

namespace saker {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr MatcherSettings kSettings;

struct Case {
  torch::Tensor logits, boxes;  // [1, B, Q, C], [1, B, Q, 4]
  Targets targets;
  std::int64_t classes = 0;
};

Case golden_case(const std::string& name, const nlohmann::ordered_json& info) {
  const std::string prefix = "matcher." + name;
  const auto counts = info.at("counts").get<std::vector<std::int64_t>>();
  const auto images = static_cast<std::int64_t>(counts.size());
  const auto queries = info.at("queries").get<std::int64_t>();
  Case made;
  made.classes = info.at("classes").get<std::int64_t>();
  made.logits = test::uniform_tensor(prefix + ".logits", {1, images, queries, made.classes}, -4, 2);
  made.boxes = test::golden_boxes(prefix + ".boxes", {1, images, queries});
  made.targets = test::golden_targets(prefix + ".target", counts, made.classes);
  if (name == "nonfinite") {
    made.logits[0][0][1].fill_(kNan);
    made.boxes[0][0][2][0] = kNan;
    made.boxes[0][1][3][2] = kInfinity;
    made.boxes[0][1][4][1] = -kInfinity;
    made.boxes[0][1][5] = torch::tensor({1.4F, 0.5F, 0.3F, -0.1F});
  }
  if (name == "ties") {
    for (const std::int64_t query : {1, 2}) {
      made.logits.select(2, query) = made.logits.select(2, 0);
      made.boxes.select(2, query) = made.boxes.select(2, 0);
    }
    for (std::size_t image = 0; image < counts.size(); ++image) {
      made.targets.classes[image][1] = made.targets.classes[image][0];
      made.targets.boxes_cxcywh_norm[image][1] = made.targets.boxes_cxcywh_norm[image][0];
    }
  }
  return made;
}

// [Q, T_i] of one image.
torch::Tensor costs_of(const Case& made, std::size_t image) {
  const BatchTargets targets = batch_targets(made.targets, made.classes);
  const std::int64_t first = targets.first[image];
  return matching_costs(made.logits, made.boxes, targets, kSettings)
      .select(1, 0)
      .slice(0, first, first + targets.counts[image])
      .t();
}

Matching match(const Case& made) {
  return match_targets(
      made.logits, made.boxes, batch_targets(made.targets, made.classes), kSettings);
}

TEST(HungarianMatcher, AgreesWithTheGoldenVectors) {
  SAKER_GOLDEN(path, "ltdetr_train/matcher.safetensors");
  const test::GoldenTensors golden(path);
  for (const auto& item : golden.info().at("cases").items()) {
    const std::string& name = item.key();
    const nlohmann::json& info = item.value();
    const Case made = golden_case(name, info);
    const Matching matching = match(made);
    EXPECT_EQ(matching.boxes_finite, name != "nonfinite") << name;
    for (std::size_t i = 0; i < made.targets.classes.size(); ++i) {
      const std::string image = name + "." + std::to_string(i);
      SCOPED_TRACE(image);
      const MatchedPairs& pairs = matching.pairs[0][i];
      const auto key = [&](const char* what) { return name + what + std::to_string(i); };
      // The tied case too: the solver takes its choices in the reference's order.
      EXPECT_EQ(pairs.queries, test::to_list(golden.full(key(".query."))));
      EXPECT_EQ(pairs.targets, test::to_list(golden.full(key(".target."))));
      if (made.targets.classes[i].numel() == 0) continue;
      const torch::Tensor costs = costs_of(made, i);
      const bool sampled = name == "full_size";
      EXPECT_TRUE(test::near(
          sampled ? costs.slice(0, 0, costs.size(0), 7).slice(1, 0, costs.size(1), 3) : costs,
          golden.full(key(".cost.")),
          {.absolute = 1e-4}));
      double sum = 0;
      for (std::size_t p = 0; p < pairs.queries.size(); ++p) {
        sum += costs[pairs.queries[p]][pairs.targets[p]].item<double>();
      }
      EXPECT_NEAR(sum, info.at("assigned_cost_sum")[i].get<double>(), 1e-4);
    }
  }
}

Case random_case(const std::vector<std::int64_t>& counts, std::int64_t queries) {
  const auto images = static_cast<std::int64_t>(counts.size());
  return {.logits = test::uniform_tensor("m.logits", {1, images, queries, 6}, -4, 2),
          .boxes = test::golden_boxes("m.boxes", {1, images, queries}),
          .targets = test::golden_targets("m.target", counts, 6),
          .classes = 6};
}

TEST(HungarianMatcher, CostByHand) {
  const Case made = {.logits = torch::tensor({0.F, 2.F}).view({1, 1, 1, 2}),
                     .boxes = torch::tensor({0.5F, 0.5F, 0.2F, 0.2F}).view({1, 1, 1, 4}),
                     .targets = {.boxes_cxcywh_norm = {torch::tensor({{0.6F, 0.5F, 0.2F, 0.2F}})},
                                 .classes = {torch::tensor({0L})}},
                     .classes = 2};
  // p = 1/2: 0.25 * 0.25 * ln 2 - 0.75 * 0.25 * ln 2; |0.1|; boxes overlap by half.
  const double focal = -0.125 * std::log(2.0);
  EXPECT_NEAR(costs_of(made, 0).item<double>(), 5 * 0.1 + 2 * focal - 2 * (1.0 / 3), 1e-5);

  MatcherSettings settings = {.cost_class = 3, .cost_bbox = 0, .cost_giou = 0};
  settings.use_focal_loss = false;
  const BatchTargets targets = batch_targets(made.targets, 2);
  EXPECT_NEAR(matching_costs(made.logits, made.boxes, targets, settings).item<double>(),
              -3 / (1 + std::exp(2.0)),
              1e-5);
}

TEST(HungarianMatcher, ABatchEqualsItsImages) {
  const Case batch = random_case({5, 0, 9, 1}, 7);
  const Matching together = match(batch);
  for (std::int64_t i = 0; i < 4; ++i) {
    const std::size_t image = static_cast<std::size_t>(i);
    const Case alone = {.logits = batch.logits.slice(1, i, i + 1),
                        .boxes = batch.boxes.slice(1, i, i + 1),
                        .targets = {.boxes_cxcywh_norm = {batch.targets.boxes_cxcywh_norm[image]},
                                    .classes = {batch.targets.classes[image]}},
                        .classes = 6};
    const MatchedPairs expected = match(alone).pairs[0][0];
    EXPECT_EQ(together.pairs[0][image].queries, expected.queries);
    EXPECT_EQ(together.pairs[0][image].targets, expected.targets);
    EXPECT_EQ(expected.queries.size(), std::min<std::size_t>(7, expected.targets.size()));
  }
}

TEST(HungarianMatcher, SetsAreMatchedByThemselves) {
  const Case a = random_case({3, 4}, 9);
  Case b = a;
  b.logits = a.logits.flip({2});
  b.boxes = a.boxes.flip({2});
  Case both = a;
  both.logits = torch::cat({a.logits, b.logits});
  both.boxes = torch::cat({a.boxes, b.boxes});
  const Matching matching = match(both);
  ASSERT_EQ(matching.pairs.size(), 2U);
  for (std::size_t image = 0; image < 2; ++image) {
    EXPECT_EQ(matching.pairs[0][image].targets, match(a).pairs[0][image].targets);
    EXPECT_EQ(matching.pairs[1][image].targets, match(b).pairs[0][image].targets);
    // Reversed queries reverse the pairs.
    std::vector<std::int64_t> reversed = matching.pairs[1][image].targets;
    std::reverse(reversed.begin(), reversed.end());
    EXPECT_EQ(matching.pairs[0][image].targets, reversed);
  }
}

TEST(HungarianMatcher, TheOrderOfTargetsDoesNotMatter) {
  const Case made = random_case({6}, 20);
  Case turned = made;
  turned.targets.classes[0] = made.targets.classes[0].roll(2);
  turned.targets.boxes_cxcywh_norm[0] = made.targets.boxes_cxcywh_norm[0].roll(2, 0);
  const MatchedPairs before = match(made).pairs[0][0], after = match(turned).pairs[0][0];
  EXPECT_EQ(before.queries, after.queries);
  for (std::size_t i = 0; i < before.targets.size(); ++i) {
    EXPECT_EQ((before.targets[i] + 2) % 6, after.targets[i]);
  }
}

TEST(HungarianMatcher, EveryQueryIsMatchedWhenTargetsAreMore) {
  const Matching matching = match(random_case({40}, 7));
  const MatchedPairs& pairs = matching.pairs[0][0];
  EXPECT_EQ(pairs.queries, (std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6}));
  std::vector<std::int64_t> targets = pairs.targets;
  std::sort(targets.begin(), targets.end());
  EXPECT_EQ(std::unique(targets.begin(), targets.end()), targets.end());
}

TEST(HungarianMatcher, PredictionsThatAreNotNumbersAreStillAssigned) {
  Case made = random_case({3}, 5);
  made.logits.fill_(kNan);
  made.boxes.fill_(kNan);
  const Matching matching = match(made);
  EXPECT_FALSE(matching.boxes_finite);
  EXPECT_EQ(matching.pairs[0][0].queries.size(), 3U);
  EXPECT_TRUE(costs_of(made, 0).eq(1).all().item<bool>());
}

}  // namespace
}  // namespace saker
