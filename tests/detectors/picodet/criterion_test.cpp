#include "detectors/picodet/criterion.hpp"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include <string>
#include <vector>

#include "detectors/picodet/golden_cases.hpp"
#include "fill.hpp"
#include "golden.hpp"
#include "saker/error.hpp"
#include "tensors/golden_tensors.hpp"

namespace saker {
namespace {

constexpr ImageSize kInput = {160, 160};

Targets one_box() {
  return {{torch::tensor({{0.4F, 0.45F, 0.3F, 0.35F}})}, {torch::tensor({1}, torch::kLong)}};
}

Targets no_boxes() { return {{torch::empty({0})}, {torch::empty({0}, torch::kLong)}}; }

TEST(PicoDetLosses, GoldenTotalAndLoggedTerms) {
  SAKER_GOLDEN(path, "picodet/losses.json");
  const auto cases = test::read_json(path).at("cases");
  for (const auto& [name, entry] : cases.items()) {
    // Its boxes are no longer exact after the way over fractions, and some of their edges and
    // centres lie exactly at the assigner's bounds.
    if (name == "mixed") continue;
    const std::vector<std::string> sets = entry.at("sets");
    const HeadOutputs outputs =
        test::golden_maps("loss." + name, static_cast<std::int64_t>(sets.size()), 5);
    const LossTerms terms =
        picodet_losses(outputs, outputs, kInput, test::golden_targets(sets), {});
    const double expected = entry.at("o2o").at("total").get<double>() +
                            0.5 * entry.at("dense").at("total").get<double>();
    EXPECT_NEAR(terms.total.item<double>(), expected, 1e-5 * expected) << name;
    ASSERT_EQ(terms.logged.size(), 3U);
    const std::vector<std::string> names = {"vfl", "giou", "dfl"};
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(terms.logged[i].first, "loss_" + names[i]);
      const double term = entry.at("dense").at(names[i]);
      EXPECT_NEAR(terms.logged[i].second.item<double>(), term, 1e-5 * term) << name;
    }
  }
}

// Along random directions, at a step that leaves assignment and targets almost as they are: with
// constant weights and targets the loss is smooth.
TEST(PicoDetLosses, BackwardReachesBothHeadsWithTheFactorsOfTheTotal) {
  const HeadOutputs o2m = test::golden_maps("criterion.o2m", 1, 3, 160, true);
  const HeadOutputs o2o = test::golden_maps("criterion.o2o", 1, 3, 160, true);
  PicoDetLossWeights weights;
  const LossTerms terms = picodet_losses(o2m, o2o, kInput, no_boxes(), weights);
  terms.total.backward();
  const double step = 1.0 / 64;
  for (const auto& [head, is_dense] : {std::pair(&o2m, true), std::pair(&o2o, false)}) {
    HeadOutputs low, high;
    double slope = 0;
    for (std::size_t level = 0; level < 4; ++level) {
      const torch::Tensor logits = head->cls_logits[level].detach();
      const torch::Tensor direction = torch::ones_like(logits);
      slope += (head->cls_logits[level].grad() * direction).sum().item<double>();
      low.cls_logits.push_back(logits - step * direction);
      high.cls_logits.push_back(logits + step * direction);
      low.box_logits.push_back(head->box_logits[level].detach());
      high.box_logits.push_back(head->box_logits[level].detach());
    }
    const auto total = [&, is_dense = is_dense](const HeadOutputs& changed) {
      return picodet_losses(
                 is_dense ? changed : o2m, is_dense ? o2o : changed, kInput, no_boxes(), weights)
          .total.item<double>();
    };
    const double difference = (total(high) - total(low)) / (2 * step);
    EXPECT_NEAR(slope, difference, 1e-3 * std::abs(difference));
  }
}

TEST(PicoDetLosses, WithoutBoxesTheBoxLogitsGetNoGradient) {
  const HeadOutputs o2m = test::golden_maps("criterion.empty", 1, 3, 160, true);
  const HeadOutputs o2o = test::golden_maps("criterion.empty2", 1, 3, 160, true);
  picodet_losses(o2m, o2o, kInput, no_boxes(), {}).total.backward();
  EXPECT_EQ(o2m.box_logits[0].grad().abs().max().item<float>(), 0);
  EXPECT_EQ(o2o.box_logits[0].grad().abs().max().item<float>(), 0);
  EXPECT_GT(o2o.cls_logits[0].grad().abs().max().item<float>(), 0);
}

TEST(PicoDetLosses, WithoutGradientsTheTotalIsAPlainNumber) {
  const torch::NoGradGuard no_grad;
  const HeadOutputs outputs = test::golden_maps("criterion.plain", 1, 3, 160, true);
  const LossTerms terms = picodet_losses(outputs, outputs, kInput, one_box(), {});
  EXPECT_FALSE(terms.total.requires_grad());
  EXPECT_GT(terms.total.item<float>(), 0);
}

TEST(PicoDetLosses, TheWeightsAct) {
  const HeadOutputs outputs = test::golden_maps("criterion.weights", 1, 3);
  const auto total = [&](const PicoDetLossWeights& weights) {
    return picodet_losses(outputs, outputs, kInput, one_box(), weights).total.item<double>();
  };
  const LossTerms terms = picodet_losses(outputs, outputs, kInput, one_box(), {});
  const double base = terms.total.item<double>();
  for (const std::size_t i : {0U, 1U, 2U}) {
    PicoDetLossWeights changed;
    (i == 0 ? changed.vfl : i == 1 ? changed.giou : changed.dfl) += 1;
    const double term = terms.logged[i].second.item<double>();
    EXPECT_NEAR(total(changed) - base, 0.5 * term, 1e-5 * base) << i;
  }
  PicoDetLossWeights changed;
  changed.o2o_dfl = 4;
  EXPECT_GT(total(changed), base);
  changed = {};
  changed.simota.candidate_topk = 1;
  EXPECT_NE(total(changed), base);
}

// Slices of one map with the boxes' channels behind the classes', as a head gives them, another
// order in memory and another type.
TEST(PicoDetLosses, TakesLogitsInAnyLayoutAndType) {
  const HeadOutputs outputs = test::golden_maps("criterion.layout", 1, 3);
  const double expected =
      picodet_losses(outputs, outputs, kInput, one_box(), {}).total.item<double>();
  HeadOutputs sliced, last, doubles;
  for (std::size_t level = 0; level < 4; ++level) {
    const torch::Tensor whole =
        torch::cat({outputs.cls_logits[level], outputs.box_logits[level]}, 1);
    const torch::Tensor channels_last = whole.contiguous(torch::MemoryFormat::ChannelsLast);
    sliced.cls_logits.push_back(whole.slice(1, 0, 3));
    sliced.box_logits.push_back(whole.slice(1, 3));
    last.cls_logits.push_back(channels_last.slice(1, 0, 3));
    last.box_logits.push_back(channels_last.slice(1, 3));
    doubles.cls_logits.push_back(outputs.cls_logits[level].to(torch::kDouble));
    doubles.box_logits.push_back(outputs.box_logits[level].to(torch::kDouble));
  }
  for (const HeadOutputs* same : {&sliced, &last, &doubles}) {
    EXPECT_EQ(picodet_losses(*same, *same, kInput, one_box(), {}).total.item<double>(), expected);
  }
}

TEST(PicoDetLosses, TargetsThatDoNotFitAreDataErrors) {
  const HeadOutputs outputs = test::golden_maps("criterion.errors", 1, 3);
  const auto kind_of = [&](const Targets& targets) {
    try {
      picodet_losses(outputs, outputs, kInput, targets, {});
    } catch (const Error& error) {
      return error.kind();
    }
    return ErrorKind::kInternal;
  };
  Targets wrong_class = one_box();
  wrong_class.classes[0] = torch::tensor({3}, torch::kLong);
  EXPECT_EQ(kind_of(wrong_class), ErrorKind::kData);
  Targets wrong_count = one_box();
  wrong_count.classes[0] = torch::tensor({1, 2}, torch::kLong);
  EXPECT_EQ(kind_of(wrong_count), ErrorKind::kData);
  Targets two_images = one_box();
  two_images.boxes_cxcywh_norm.push_back(torch::empty({0, 4}));
  two_images.classes.push_back(torch::empty({0}, torch::kLong));
  EXPECT_EQ(kind_of(two_images), ErrorKind::kData);
}

}  // namespace
}  // namespace saker
