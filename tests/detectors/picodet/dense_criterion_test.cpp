#include "detectors/picodet/dense_criterion.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "detectors/picodet/golden_cases.hpp"
#include "tensors/golden_tensors.hpp"
#include "golden.hpp"

namespace saker {
namespace {

class DenseCriterionGolden : public ::testing::TestWithParam<const char*> {};

TEST_P(DenseCriterionGolden, TermsAndGradients) {
  SAKER_GOLDEN(path, "picodet/losses.safetensors");
  const test::GoldenTensors golden(path);
  const std::string name = GetParam();
  const auto& entry = golden.info().at("cases").at(name);
  std::vector<GroundTruth> truths;
  for (const std::string set : entry.at("sets")) truths.push_back(test::golden_truth(set));
  const HeadOutputs outputs =
      test::golden_maps("loss." + name, static_cast<std::int64_t>(truths.size()), 5);
  const CriterionResult result =
      dense_criterion(outputs, picodet_priors({160, 160}), truths, {}, {}, 1.0);

  const auto expect_term = [&](double actual, const char* term) {
    const double expected = entry.at("dense").at(term);
    EXPECT_NEAR(actual, expected, 1e-5 * expected) << term;
  };
  expect_term(result.total, "total");
  expect_term(result.vfl, "vfl");
  expect_term(result.giou, "giou");
  expect_term(result.dfl, "dfl");
  for (std::size_t level = 0; level < 4; ++level) {
    const std::string key = "dense." + name + ".g";
    golden.expect_near(key + "cls" + std::to_string(level), result.gradients[level], {1e-6, 1e-4});
    const torch::Tensor& by_box = result.gradients[4 + level];
    if (golden.info().at("tensors").contains(key + "box" + std::to_string(level))) {
      golden.expect_near(key + "box" + std::to_string(level), by_box, {1e-6, 1e-4});
    } else {
      EXPECT_EQ(by_box.abs().max().item<float>(), 0);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Cases,
                         DenseCriterionGolden,
                         ::testing::Values("mixed", "all_empty", "tiny", "crowded", "edges"));

TEST(DenseCriterion, TheReductionReplacesTheNormalizers) {
  const std::vector<GroundTruth> truths = {{{{20, 20, 70, 60}}, {1}}};
  const HeadOutputs outputs = test::golden_maps("dense.reduction", 1, 3);
  const std::vector<Prior> priors = picodet_priors({160, 160});
  double positives = 0, weight_sum = 0;
  const CriterionResult alone = dense_criterion(outputs, priors, truths, {}, {}, std::nullopt);
  const CriterionResult reduced = dense_criterion(
      outputs,
      priors,
      truths,
      {},
      [&](double& p, double& w) {
        positives = p;
        weight_sum = w;
        p *= 3;
        w = 8;
      },
      std::nullopt);
  EXPECT_TRUE(alone.gradients.empty());
  EXPECT_GE(positives, 1);
  EXPECT_NEAR(reduced.vfl, alone.vfl / 3, 1e-9 * alone.vfl);
  EXPECT_NEAR(reduced.giou, alone.giou * std::max(weight_sum, 1.0) / 8, 1e-9);
  EXPECT_NEAR(reduced.dfl, alone.dfl * std::max(weight_sum, 1.0) / 8, 1e-9);
}

TEST(DenseCriterion, TheGradientFactorScalesTheGradientAlone) {
  const std::vector<GroundTruth> truths = {{{{20, 20, 70, 60}}, {1}}};
  const HeadOutputs outputs = test::golden_maps("dense.factor", 1, 3);
  const std::vector<Prior> priors = picodet_priors({160, 160});
  const CriterionResult one = dense_criterion(outputs, priors, truths, {}, {}, 1.0);
  const CriterionResult half = dense_criterion(outputs, priors, truths, {}, {}, 0.5);
  EXPECT_EQ(one.total, half.total);
  for (std::size_t i = 0; i < one.gradients.size(); ++i) {
    EXPECT_TRUE(test::near(half.gradients[i] * 2, one.gradients[i], {1e-9, 1e-6}));
  }
}

}  // namespace
}  // namespace saker
