#include "detectors/ltdetr/criterion.hpp"

#include <gtest/gtest.h>

#include "detectors/ltdetr/hungarian_matcher.hpp"
#include "detectors/ltdetr/loss_cases.hpp"
#include "detectors/ltdetr/prediction_sets.hpp"
#include "detectors/ltdetr/training_cases.hpp"
#include "detectors/ltdetr/union_matching.hpp"

namespace saker {
namespace {

using List = std::vector<std::int64_t>;

std::map<std::string, torch::Tensor> gradients_of(const test::GoldenTensors& golden,
                                                  const test::LossCase& loss_case) {
  std::map<std::string, torch::Tensor> gradients;
  for (const auto& [name, leaf] : loss_case.leaves) {
    if (golden.holds(name + ".grad")) gradients.emplace(name, golden.full(name + ".grad"));
  }
  return gradients;
}

LtdetrLossSettings dfine_settings() { return loss_settings_for({.kind = DecoderKind::kDfine}, {}); }

TEST(RtdetrV2Criterion, AgreesWithTheGoldenVectors) {
  SAKER_GOLDEN(path, "ltdetr_train/loss_rtdetrv2.safetensors");
  const test::GoldenTensors golden(path);
  for (const auto& [name, info] : golden.info().at("cases").items()) {
    if (name == "full") continue;
    SCOPED_TRACE(name);
    const test::LossCase loss_case = test::rtdetrv2_loss_case("rt." + name, info);
    const LtdetrLossSettings settings;
    const CriterionOutcome outcome = loss_case.run(settings);
    EXPECT_TRUE(outcome.boxes_finite);
    test::expect_golden_losses(loss_case,
                               outcome.terms,
                               info,
                               gradients_of(golden, loss_case),
                               2e-5,
                               {.absolute = 1e-6, .relative = 1e-4});
  }
}

TEST(RtdetrV2Criterion, AgreesWithTheGoldenVectorsInFullSize) {
  SAKER_GOLDEN(path, "ltdetr_train/loss_rtdetrv2.safetensors");
  const test::GoldenTensors golden(path);
  const auto& info = golden.info().at("cases").at("full");
  const auto queries = info.at("q").get<std::int64_t>();
  test::LossCase loss_case;
  loss_case.classes = info.at("c").get<std::int64_t>();
  loss_case.targets =
      test::golden_targets("rt.full.target", info.at("counts").get<List>(), loss_case.classes);
  const LayerOutputs layer = test::golden_layer("rt.full.out", 2, queries, loss_case.classes);
  loss_case.outputs.matching.layers.push_back(layer);
  const LtdetrLossSettings settings;
  const CriterionOutcome outcome = loss_case.run(settings);
  for (const auto& [name, value] : outcome.terms.all()) {
    const double expected = info.at("losses").at(name).get<double>();
    EXPECT_NEAR(value.item<double>(), expected, 2e-5 * expected) << name;
  }
  EXPECT_EQ(outcome.terms.all().size(), info.at("losses").size());
  constexpr test::Tolerance kGradientTolerance = {.absolute = 1e-6, .relative = 1e-4};
  EXPECT_TRUE(
      test::near(layer.boxes.grad(), golden.full("rt.full.out.boxes.grad"), kGradientTolerance));
  EXPECT_TRUE(test::near(layer.logits.grad().slice(1, 0, queries, 11).slice(2, 0, 80, 7),
                         golden.full("rt.full.out.logits.grad[:, ::11, ::7]"),
                         kGradientTolerance));
  EXPECT_NEAR(
      layer.logits.grad().norm().item<double>(), info.at("logits_grad_l2").get<double>(), 1e-5);
}

TEST(DfineCriterion, AgreesWithTheGoldenVectors) {
  SAKER_GOLDEN(path, "ltdetr_train/loss_dfine.safetensors");
  const test::GoldenTensors golden(path);
  for (const auto& [name, info] : golden.info().at("cases").items()) {
    SCOPED_TRACE(name);
    const test::LossCase loss_case = test::dfine_loss_case("df." + name, info);
    const LtdetrLossSettings settings = dfine_settings();
    const CriterionOutcome outcome = loss_case.run(settings);
    test::expect_golden_losses(loss_case,
                               outcome.terms,
                               info,
                               gradients_of(golden, loss_case),
                               5e-5,
                               {.absolute = 1e-6, .relative = 2e-4});
  }
}

TEST(DfineCriterion, MatchesAndUnionAgreeWithTheGoldenVectors) {
  SAKER_GOLDEN(path, "ltdetr_train/loss_dfine.safetensors");
  const test::GoldenTensors golden(path);
  for (const auto& [name, info] : golden.info().at("cases").items()) {
    SCOPED_TRACE(name);
    const test::LossCase loss_case = test::dfine_loss_case("df." + name, info);
    // The golden file's order: the last layer, the others, pre, encoder.
    const std::vector<LayerOutputs>& layers = loss_case.outputs.matching.layers;
    std::vector<NamedOutputs> named = {{&layers.back(), ""}};
    for (std::size_t i = 0; i + 1 < layers.size(); ++i) named.push_back({&layers[i], ""});
    named.push_back({&*loss_case.outputs.matching.pre, ""});
    named.push_back({&loss_case.outputs.encoder, ""});
    const PredictionSets sets = prediction_sets(named);
    const Matching matching = match_targets(
        sets.logits, sets.boxes, batch_targets(loss_case.targets, loss_case.classes), {});
    const BatchPairs joined = union_matches(matching.pairs);
    const auto expect_equal = [](const MatchedPairs& pairs, const nlohmann::ordered_json& lists) {
      EXPECT_EQ(pairs.queries, lists[0].get<List>());
      EXPECT_EQ(pairs.targets, lists[1].get<List>());
    };
    for (std::size_t image = 0; image < joined.size(); ++image) {
      for (std::size_t set = 0; set < named.size(); ++set) {
        expect_equal(matching.pairs[set][image], info.at("match")[set][image]);
      }
      expect_equal(joined[image], info.at("union")[image]);
    }
  }
}

}  // namespace
}  // namespace saker
