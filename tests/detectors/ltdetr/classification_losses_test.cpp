#include "detectors/ltdetr/classification_losses.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "nn/gradient_check.hpp"
#include "tensors/fill_module.hpp"
#include "tensors/golden_tensors.hpp"

namespace saker {
namespace {

// Two sets of two images with three queries and four classes; three pairs in each set.
const MatchedEntries& entries() {
  static const MatchedEntries matched = {.rows = torch::tensor({{0L, 2L, 4L}, {6L, 9L, 11L}}),
                                         .classes = torch::tensor({{3L, 0L, 1L}, {2L, 2L, 0L}})};
  return matched;
}

torch::Tensor logits() {
  return test::uniform_tensor("c.logits", {2, 2, 3, 4}, -4, 4).requires_grad_();
}
torch::Tensor scores() { return test::uniform_tensor("c.scores", {2, 3}); }

// Entry by entry, with the weights as constants.
torch::Tensor plain_varifocal(const torch::Tensor& x) {
  const torch::Tensor p = x.detach().sigmoid();
  torch::Tensor target = torch::zeros_like(p), weight = 0.75 * p * p;
  for (std::int64_t set = 0; set < 2; ++set) {
    for (std::int64_t i = 0; i < 3; ++i) {
      const std::int64_t row = entries().rows[set][i].item<std::int64_t>();
      const std::int64_t entry = row * 4 + entries().classes[set][i].item<std::int64_t>();
      target.view(-1)[entry] = scores()[set][i];
      weight.view(-1)[entry] = scores()[set][i];
    }
  }
  const torch::Tensor entropy =
      -target * x.sigmoid().log() - (1 - target) * (1 - x.sigmoid()).log();
  return (weight * entropy).sum({1, 2, 3});
}

TEST(VarifocalLosses, EqualTheFormula) {
  const torch::Tensor a = logits(), b = logits();
  const torch::Tensor factor = torch::tensor({1.F, -2.F});
  const torch::Tensor losses = varifocal_losses(a, entries(), scores(), 0.75, 2);
  const torch::Tensor expected = plain_varifocal(b);
  EXPECT_TRUE(test::near(losses, expected, {.absolute = 1e-6, .relative = 1e-5}));
  (losses * factor).sum().backward();
  (expected * factor).sum().backward();
  EXPECT_TRUE(test::near(a.grad(), b.grad(), {.absolute = 1e-6, .relative = 1e-5}));
}

// The gradient of a matched entry by itself: s (p - s); others stay constant in the differences,
// since their weights are constants.
TEST(VarifocalLosses, GradientOfMatchedEntriesAgreesWithDifferences) {
  torch::Tensor x = torch::tensor({-2.0, 0.3, 3.0}, torch::kDouble).requires_grad_();
  const MatchedEntries matched = {.rows = torch::tensor({{0L, 1L, 2L}}),
                                  .classes = torch::tensor({{0L, 0L, 0L}})};
  const torch::Tensor s = torch::tensor({{0.0, 0.6, 1.0}}, torch::kDouble);
  test::expect_gradients_agree(
      [&] {
        return varifocal_losses(x.view({1, 1, 3, 1}), matched, s, 0.75, 2).sum();
      },
      {x},
      1e-5,
      1e-7);
}

TEST(VarifocalLosses, ByHand) {
  const MatchedEntries matched = {.rows = torch::zeros({1, 1}, torch::kLong),
                                  .classes = torch::ones({1, 1}, torch::kLong)};
  const torch::Tensor x = torch::zeros({1, 1, 1, 2});  // p = 1/2, BCE = ln 2
  const torch::Tensor loss = varifocal_losses(x, matched, torch::full({1, 1}, 0.8F), 0.75, 2);
  EXPECT_NEAR(loss.item<double>(), (0.75 * 0.25 + 0.8) * std::log(2.0), 1e-6);
}

TEST(VarifocalLosses, StayFiniteForLargeLogits) {
  const torch::Tensor x = torch::tensor({90.F, -90.F, 90.F, -90.F}).view({1, 1, 2, 2});
  const MatchedEntries matched = {.rows = torch::zeros({1, 2}, torch::kLong),
                                  .classes = torch::tensor({{0L, 1L}})};
  const torch::Tensor loss =
      varifocal_losses(x.requires_grad_(), matched, torch::tensor({{1.F, 1.F}}), 0.75, 2);
  // Right and wrong by 90, then the same for background.
  EXPECT_NEAR(loss.item<double>(), 90 + 0.75 * 90, 1e-3);
  loss.sum().backward();
  EXPECT_TRUE(torch::allclose(x.grad().flatten(), torch::tensor({0.F, -1.F, 0.75F, 0.F})));
}

TEST(VarifocalLosses, OfNoQueriesAreZeroWithAGradient) {
  const torch::Tensor x = torch::zeros({3, 2, 0, 4}).requires_grad_();
  const MatchedEntries none = {.rows = torch::zeros({3, 0}, torch::kLong),
                               .classes = torch::zeros({3, 0}, torch::kLong)};
  const torch::Tensor losses = varifocal_losses(x, none, torch::zeros({3, 0}), 0.75, 2);
  EXPECT_TRUE(torch::equal(losses, torch::zeros({3})));
  losses.sum().backward();
  EXPECT_EQ(x.grad().sizes(), x.sizes());
}

TEST(FocalLosses, AgreeWithHandAndDifferences) {
  const MatchedEntries matched = {.rows = torch::zeros({1, 1}, torch::kLong),
                                  .classes = torch::ones({1, 1}, torch::kLong)};
  // p = 1/2: (0.25 + 0.75) * 0.25 ln 2, whatever alpha is.
  EXPECT_NEAR(focal_losses(torch::zeros({1, 1, 1, 2}), matched, 0.75, 2).item<double>(),
              0.25 * std::log(2.0),
              1e-6);
  // A target with p = 0.9 and alpha 0.75; then the same as background.
  const torch::Tensor x = torch::full({1, 1, 1, 2}, std::log(9.0), torch::kDouble);
  EXPECT_NEAR(focal_losses(x, matched, 0.75, 2).item<double>(),
              -0.75 * 0.01 * std::log(0.9) - 0.25 * 0.81 * std::log(0.1),
              1e-9);
  torch::Tensor leaf = logits().detach().to(torch::kDouble).requires_grad_();
  test::expect_gradients_agree(
      [&] { return focal_losses(leaf, entries(), 0.75, 2).sum(); }, {leaf}, 1e-5, 1e-6);
}

}  // namespace
}  // namespace saker
