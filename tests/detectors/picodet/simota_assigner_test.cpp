#include "detectors/picodet/simota_assigner.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

#include "detectors/picodet/classification_loss.hpp"
#include "detectors/picodet/golden_cases.hpp"
#include "detectors/picodet/positive_boxes.hpp"
#include "golden.hpp"

namespace saker {
namespace {

constexpr ImageSize kSimotaInput = {160, 160};

// Runs the assigner on the first image of a head.
std::vector<Match> assign(const HeadOutputs& outputs, const GroundTruth& truth) {
  const std::vector<Prior> priors = picodet_priors(kSimotaInput);
  const BatchLogits classes(outputs.cls_logits), boxes(outputs.box_logits);
  const ClassificationLoss background(classes, static_cast<std::int64_t>(priors.size()), nullptr);
  const std::vector<Box> decoded = decode_batch(boxes, priors);
  return assign_simota(classes.image(0),
                       background.background_cost(0),
                       priors,
                       std::span(decoded).first(priors.size()),
                       truth,
                       {});
}

class SimOtaGolden : public ::testing::TestWithParam<std::tuple<const char*, const char*>> {};

TEST_P(SimOtaGolden, IndicesAndOverlaps) {
  SAKER_GOLDEN(path, "picodet/assigners.safetensors");
  const auto golden = test::read_safetensors(path);
  const auto [seed, set] = GetParam();
  const std::string name = std::string(seed) + "." + set + ".simota.";
  const auto assigned = golden.at(name + "assigned").as<std::int64_t>();
  const auto ious = golden.at(name + "ious").as<float>();

  std::vector<std::int64_t> own(assigned.size(), 0);
  std::vector<float> own_ious(assigned.size(), 0.0F);
  for (const Match& match :
       assign(test::golden_maps(std::string("assign.") + seed, 1, 5), test::golden_truth(set))) {
    own[static_cast<std::size_t>(match.prior)] = match.gt + 1;
    own_ious[static_cast<std::size_t>(match.prior)] = match.iou;
  }
  for (std::size_t i = 0; i < assigned.size(); ++i) {
    EXPECT_EQ(own[i], assigned[i]) << "prior " << i;
    EXPECT_NEAR(own_ious[i], ious[i], 1e-6) << "prior " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Sets,
                         SimOtaGolden,
                         ::testing::Combine(::testing::Values("a", "b"),
                                            ::testing::Values("normal",
                                                              "single_full_image",
                                                              "empty",
                                                              "tiny",
                                                              "crowded_same_location",
                                                              "crowded_grid",
                                                              "edges_and_slivers")));

TEST(SimOta, NoBoxesGiveNoMatches) {
  EXPECT_TRUE(assign(test::golden_maps("assign.none", 1, 2), {}).empty());
}

TEST(SimOta, ABoxFarOutsideOfTheImageGivesNoMatches) {
  EXPECT_TRUE(assign(test::golden_maps("assign.far", 1, 2), {{{900, 900, 950, 950}}, {0}}).empty());
}

TEST(SimOta, EveryBoxOfGoodSizeTakesAtLeastOnePrior) {
  const GroundTruth truth = {{{20, 20, 60, 60}, {90, 80, 150, 150}}, {0, 1}};
  std::vector<int> taken(2);
  std::int64_t last = -1;
  for (const Match& match : assign(test::golden_maps("assign.two", 1, 2), truth)) {
    ++taken[static_cast<std::size_t>(match.gt)];
    EXPECT_GT(match.prior, last);
    last = match.prior;
  }
  EXPECT_GE(taken[0], 1);
  EXPECT_GE(taken[1], 1);
}

TEST(SimOta, OutputsThatAreNotNumbersDoNotCrash) {
  HeadOutputs outputs = test::golden_maps("assign.nan", 1, 2);
  for (torch::Tensor& logits : outputs.cls_logits) logits.fill_(std::nanf(""));
  for (torch::Tensor& logits : outputs.box_logits) logits.fill_(std::nanf(""));
  EXPECT_LE(assign(outputs, {{{20, 20, 60, 60}}, {1}}).size(), 10U);
}

}  // namespace
}  // namespace saker
