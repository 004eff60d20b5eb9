#include "detectors/picodet/top1_assigner.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>
#include <vector>

#include "detectors/picodet/golden_cases.hpp"
#include "detectors/picodet/positive_boxes.hpp"
#include "golden.hpp"

namespace saker {
namespace {

constexpr ImageSize kTop1Input = {160, 160};

// Runs the assigner on the first image of a head, with its boxes clamped to 160 x 160.
std::vector<Match> assign_best(const HeadOutputs& outputs, const GroundTruth& truth) {
  const std::vector<Prior> priors = picodet_priors(kTop1Input);
  const BatchLogits classes(outputs.cls_logits), boxes(outputs.box_logits);
  std::vector<Box> decoded = decode_batch(boxes, priors);
  for (Box& box : decoded) {
    for (float* side : {&box.x1, &box.y1, &box.x2, &box.y2}) {
      *side = std::max(std::min(*side, 160.0F), 0.0F);
    }
  }
  return assign_top1(classes.image(0), priors, decoded, truth);
}

class Top1Golden : public ::testing::TestWithParam<std::tuple<const char*, const char*>> {};

TEST_P(Top1Golden, IndicesLabelsAndOverlaps) {
  SAKER_GOLDEN(path, "picodet/assigners.safetensors");
  const auto golden = test::read_safetensors(path);
  const auto [seed, set] = GetParam();
  const std::string name = std::string(seed) + "." + set + ".top1.";
  const auto assigned = golden.at(name + "assigned").as<std::int64_t>();
  const auto labels = golden.at(name + "labels").as<std::int64_t>();
  const auto ious = golden.at(name + "ious").as<float>();

  const GroundTruth truth = test::golden_truth(set);
  std::vector<std::int64_t> own(assigned.size(), -1), own_labels(assigned.size(), -1);
  std::vector<float> own_ious(assigned.size(), 0.0F);
  for (const Match& match :
       assign_best(test::golden_maps(std::string("assign.") + seed, 1, 5), truth)) {
    const std::size_t prior = static_cast<std::size_t>(match.prior);
    own[prior] = match.gt;
    own_labels[prior] = truth.labels[static_cast<std::size_t>(match.gt)];
    own_ious[prior] = match.iou;
  }
  for (std::size_t i = 0; i < assigned.size(); ++i) {
    EXPECT_EQ(own[i], assigned[i]) << "prior " << i;
    EXPECT_EQ(own_labels[i], labels[i]) << "prior " << i;
    EXPECT_NEAR(own_ious[i], ious[i], 1e-6) << "prior " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Sets,
                         Top1Golden,
                         ::testing::Combine(::testing::Values("a", "b"),
                                            ::testing::Values("normal",
                                                              "single_full_image",
                                                              "empty",
                                                              "tiny",
                                                              "crowded_same_location",
                                                              "crowded_grid",
                                                              "edges_and_slivers")));

TEST(Top1, BoxesOnOneTinySpotShareOnePriorAndTheRestStaysWithout) {
  // No centre lies in them, so that each has the same single choice.
  const GroundTruth truth = {{{1, 1, 2, 2}, {1, 1, 2, 2}, {1, 1, 2.5F, 2}}, {0, 0, 1}};
  const std::vector<Match> matches = assign_best(test::golden_maps("assign.spot", 1, 2), truth);
  ASSERT_EQ(matches.size(), 1U);
  EXPECT_EQ(matches[0].prior, 0);
}

TEST(Top1, EachPriorAndEachBoxAtMostOnce) {
  GroundTruth truth;
  for (int i = 0; i < 60; ++i) {
    truth.boxes.push_back({40, 40, 88, 88});
    truth.labels.push_back(i % 3);
  }
  std::vector<int> boxes(60);
  std::int64_t last = -1;
  for (const Match& match : assign_best(test::golden_maps("assign.crowd", 1, 3), truth)) {
    EXPECT_GT(match.prior, last);
    last = match.prior;
    EXPECT_EQ(++boxes[static_cast<std::size_t>(match.gt)], 1);
  }
  // 36 + 16 + 4 centres lie inside or on the border.
  EXPECT_EQ(std::count(boxes.begin(), boxes.end(), 1), 56);
}

TEST(Top1, OutputsThatAreNotNumbersGiveNoMatches) {
  HeadOutputs outputs = test::golden_maps("assign.nan", 1, 2);
  for (torch::Tensor& logits : outputs.cls_logits) logits.fill_(std::nanf(""));
  EXPECT_LE(assign_best(outputs, {{{20, 20, 60, 60}}, {1}}).size(), 1U);
}

}  // namespace
}  // namespace saker
