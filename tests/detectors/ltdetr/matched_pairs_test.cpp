#include "detectors/ltdetr/matched_pairs.hpp"

#include <gtest/gtest.h>

#include "detectors/ltdetr/matched_boxes.hpp"
#include "detectors/ltdetr/training_cases.hpp"

namespace saker {
namespace {

using List = std::vector<std::int64_t>;

const BatchPairs kFirst = {{.queries = {1, 3}, .targets = {1, 0}},
                           {.queries = {0}, .targets = {2}}};
const BatchPairs kSecond = {{.queries = {0, 4}, .targets = {0, 1}},
                            {.queries = {2}, .targets = {1}}};

TEST(MatchedPairs, BecomeIndicesOfFlatTensors) {
  const BatchTargets targets = batch_targets(test::golden_targets("t", {2, 3}, 4), 4);
  const PairIndices indices = pair_indices({kFirst, kSecond}, targets, 5);
  EXPECT_EQ(indices.pairs(), 3);
  // (set * 2 images + image) * 5 queries + query; image 1's targets begin at 2.
  EXPECT_EQ(test::to_list(indices.rows), (List{1, 3, 5, 10, 14, 17}));
  EXPECT_EQ(test::to_list(indices.targets), (List{1, 0, 4, 0, 1, 3}));
}

TEST(MatchedPairs, RepeatForSeveralSets) {
  const BatchTargets targets = batch_targets(test::golden_targets("t", {2, 3}, 4), 4);
  const PairIndices repeated = repeated_pair_indices(kFirst, 2, targets, 5);
  const PairIndices twice = pair_indices({kFirst, kFirst}, targets, 5);
  EXPECT_TRUE(torch::equal(repeated.rows, twice.rows));
  EXPECT_TRUE(torch::equal(repeated.targets, twice.targets));
  EXPECT_EQ(pair_count(kFirst), 3);
}

TEST(MatchedPairs, MayBeNone) {
  const BatchTargets targets = batch_targets(test::golden_targets("t", {0, 0}, 4), 4);
  const BatchPairs none(2);
  EXPECT_EQ(repeated_pair_indices(none, 3, targets, 5).rows.sizes(), (List{3, 0}));
  const MatchedBoxes boxes = matched_boxes(
      test::golden_boxes("p", {3, 2, 5}), repeated_pair_indices(none, 3, targets, 5), targets);
  EXPECT_TRUE(torch::equal(boxes.l1_losses(), torch::zeros({3})));
  EXPECT_TRUE(torch::equal(boxes.giou_losses(), torch::zeros({3})));
}

TEST(MatchedBoxes, StandBesideTheirTargets) {
  const BatchTargets targets = batch_targets(test::golden_targets("t", {2, 3}, 4), 4);
  torch::Tensor predicted = test::golden_boxes("p", {2, 2, 5});
  predicted[1][1][2] = targets.boxes_cxcywh[3];
  predicted[0][0][1] = targets.boxes_cxcywh[1] + torch::tensor({0.01F, 0.F, 0.F, -0.02F});
  const MatchedBoxes boxes =
      matched_boxes(predicted, pair_indices({kFirst, kSecond}, targets, 5), targets);
  EXPECT_TRUE(torch::equal(boxes.predicted[0][2], predicted[0][1][0]));
  EXPECT_TRUE(torch::equal(boxes.target[0][0], targets.boxes_cxcywh[1]));
  EXPECT_NEAR((boxes.predicted[0][0] - boxes.target[0][0]).abs().sum().item<double>(), 0.03, 1e-6);
  EXPECT_NEAR(boxes.giou[1][2].item<double>(), 1, 1e-6);
  EXPECT_NEAR(boxes.l1_losses()[0].item<double>(),
              (boxes.predicted[0] - boxes.target[0]).abs().sum().item<double>(),
              1e-6);
  EXPECT_NEAR(boxes.giou_losses()[1].item<double>(), 3 - boxes.giou[1].sum().item<double>(), 1e-6);
}

}  // namespace
}  // namespace saker
