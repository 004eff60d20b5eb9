#include "detectors/picodet/one_to_one_criterion.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "detectors/picodet/golden_cases.hpp"
#include "golden.hpp"
#include "tensors/golden_tensors.hpp"

namespace saker {
namespace {

constexpr ImageSize kOneToOneInput = {160, 160};

class OneToOneCriterionGolden : public ::testing::TestWithParam<const char*> {};

TEST_P(OneToOneCriterionGolden, TermsAndGradients) {
  SAKER_GOLDEN(path, "picodet/losses.safetensors");
  const test::GoldenTensors golden(path);
  const std::string name = GetParam();
  const auto& entry = golden.info().at("cases").at(name);
  std::vector<GroundTruth> truths;
  for (const std::string set : entry.at("sets")) truths.push_back(test::golden_truth(set));
  const HeadOutputs outputs =
      test::golden_maps("loss." + name, static_cast<std::int64_t>(truths.size()), 5);
  const CriterionResult result = one_to_one_criterion(
      outputs, picodet_priors(kOneToOneInput), truths, kOneToOneInput, 0.25, 1.0);

  const auto expect_term = [&](double actual, const char* term) {
    const double expected = entry.at("o2o").at(term);
    EXPECT_NEAR(actual, expected, 1e-5 * expected) << term;
  };
  expect_term(result.total, "total");
  expect_term(result.vfl, "cls");
  expect_term(result.giou + 0.25 * result.dfl, "box");
  expect_term(result.dfl, "dfl");
  for (std::size_t level = 0; level < 4; ++level) {
    const std::string key = "o2o." + name + ".g";
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
                         OneToOneCriterionGolden,
                         ::testing::Values("mixed", "all_empty", "tiny", "crowded", "edges"));

TEST(OneToOneCriterion, IsTheMeanOverItsImages) {
  const HeadOutputs both = test::golden_maps("one.batch", 2, 3);
  const std::vector<GroundTruth> truths = {{{{20, 20, 70, 60}}, {1}},
                                           {{{5, 5, 30, 150}, {90, 90, 130, 120}}, {0, 2}}};
  const std::vector<Prior> priors = picodet_priors(kOneToOneInput);
  const double whole =
      one_to_one_criterion(both, priors, truths, kOneToOneInput, 0.25, std::nullopt).total;
  double sum = 0;
  for (std::int64_t image = 0; image < 2; ++image) {
    HeadOutputs one;
    for (std::size_t level = 0; level < 4; ++level) {
      one.cls_logits.push_back(both.cls_logits[level].slice(0, image, image + 1));
      one.box_logits.push_back(both.box_logits[level].slice(0, image, image + 1));
    }
    const std::span<const GroundTruth> own(&truths[static_cast<std::size_t>(image)], 1);
    sum += one_to_one_criterion(one, priors, own, kOneToOneInput, 0.25, std::nullopt).total;
  }
  EXPECT_NEAR(whole, sum / 2, 1e-9 * whole);
}

}  // namespace
}  // namespace saker
