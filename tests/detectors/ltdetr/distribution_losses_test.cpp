#include "detectors/ltdetr/distribution_losses.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "nn/gradient_check.hpp"
#include "tensors/fill_module.hpp"

namespace saker {
namespace {

constexpr std::int64_t kBins = 9;

// Two sets of one image with three queries, of which two are matched.
const torch::Tensor kRows = torch::tensor({{0L, 2L}, {3L, 5L}});

torch::Tensor corners(const std::string& name) {
  return test::uniform_tensor(name, {2, 1, 3, 4 * kBins}, -3, 3)
      .to(torch::kDouble)
      .requires_grad_();
}

torch::Tensor iou() { return test::uniform_tensor("d.iou", {2, 2}).to(torch::kDouble); }

DistanceTargets targets() {
  const torch::Tensor left =
      test::uniform_tensor("d.left", {2, 4}, 0, kBins - 1).floor().to(torch::kLong);
  const torch::Tensor right = test::uniform_tensor("d.right", {2, 4}).to(torch::kDouble);
  return {.left = left, .weight_left = 1 - right, .weight_right = right};
}

TEST(FineGrainedLocalizationLosses, ByHand) {
  // Uniform distributions: every cross entropy is ln 9, whatever the weights, for 4 edges.
  const torch::Tensor loss = fine_grained_localization_losses(
      torch::zeros({2, 1, 3, 4 * kBins}, torch::kDouble), kRows, targets(), iou());
  EXPECT_TRUE(torch::allclose(loss, 4 * std::log(9.0) * iou().sum(1)));
}

TEST(FineGrainedLocalizationLosses, LookAtTheBinsOnBothSides) {
  torch::Tensor certain = torch::full({2, 1, 3, 4, kBins}, -100.0, torch::kDouble);
  certain.select(4, 3).fill_(0);  // all on bin 3
  DistanceTargets between = targets();
  between.left.fill_(2);
  between.weight_right.fill_(0.75);
  between.weight_left.fill_(0.25);
  const torch::Tensor loss = fine_grained_localization_losses(
      certain.flatten(3), kRows, between, torch::ones({2, 2}, torch::kDouble));
  // A quarter of each edge's weight is on bin 2, with cross entropy 100; two pairs of four edges.
  EXPECT_TRUE(torch::allclose(loss, torch::full({2}, 8 * 25.0, torch::kDouble)));
}

TEST(FineGrainedLocalizationLosses, GradientAgreesWithDifferences) {
  torch::Tensor x = corners("d.student");
  const torch::Tensor factor = torch::tensor({1.0, -0.5}, torch::kDouble);
  test::expect_gradients_agree(
      [&] { return (fine_grained_localization_losses(x, kRows, targets(), iou()) * factor).sum(); },
      {x},
      1e-4,
      1e-6);
}

Teacher teacher() {
  return {.corners = corners("d.teacher").detach()[1],
          .logits = test::uniform_tensor("d.logits", {1, 3, 5}, -3, 3).to(torch::kDouble)};
}

TEST(DistillationShares, GoWithTheRootsOfTheCounts) {
  const DistillationShares shares = distillation_shares(9, 25);
  EXPECT_NEAR(shares.matched, 3.0 / 7, 1e-12);
  EXPECT_NEAR(shares.unmatched, 4.0 / 7, 1e-12);
  EXPECT_EQ(distillation_shares(0, 10).unmatched, 1);
  EXPECT_EQ(distillation_shares(10, 10).matched, 1);
  EXPECT_EQ(distillation_shares(0, 0).unmatched, 0);
}

TEST(DistillationLosses, EqualTheFormula) {
  const torch::Tensor student = corners("d.student");
  const DistillationShares shares = distillation_shares(2, 3);
  const torch::Tensor losses = distillation_losses(student, teacher(), kRows, iou(), shares);
  const torch::Tensor p = (teacher().corners.view({3, 4, kBins}) / 5).softmax(-1);
  const torch::Tensor confidence = std::get<0>(teacher().logits.sigmoid().max(-1)).view({3});
  for (std::int64_t set = 0; set < 2; ++set) {
    const torch::Tensor q = (student[set].view({3, 4, kBins}) / 5).softmax(-1);
    const torch::Tensor divergence = (p * (p / q).log()).sum(-1);  // [3 queries, 4 edges]
    const torch::Tensor matched =
        25 * (divergence[0] * iou()[set][0] + divergence[2] * iou()[set][1]);
    const torch::Tensor unmatched = 25 * divergence[1] * confidence[1];
    const torch::Tensor expected =
        shares.matched * matched.sum() / 8 + shares.unmatched * unmatched.sum() / 4;
    EXPECT_NEAR(losses[set].item<double>(), expected.item<double>(), 1e-9);
  }
}

TEST(DistillationLosses, GradientAgreesWithDifferences) {
  torch::Tensor x = corners("d.student");
  const torch::Tensor factor = torch::tensor({1.0, -0.5}, torch::kDouble);
  test::expect_gradients_agree(
      [&] {
        return (distillation_losses(x, teacher(), kRows, iou(), distillation_shares(2, 3)) * factor)
            .sum();
      },
      {x},
      1e-4,
      1e-6);
}

TEST(DistillationLosses, VanishForAStudentLikeItsTeacher) {
  const torch::Tensor x = corners("d.teacher").detach().to(torch::kFloat).requires_grad_();
  Teacher same = teacher();
  same.corners = x[1].detach();
  const torch::Tensor losses =
      distillation_losses(x, same, kRows, iou(), distillation_shares(2, 3));
  EXPECT_EQ(losses[1].item<float>(), 0);
  EXPECT_GT(losses[0].item<float>(), 0);
  losses.sum().backward();
  EXPECT_TRUE(x.grad()[1].eq(0).all().item<bool>());
  EXPECT_TRUE(x.grad()[0].ne(0).any().item<bool>());
}

TEST(DistillationLosses, WithoutPairsOrQueries) {
  const torch::Tensor none = torch::zeros({2, 0}, torch::kLong);
  const torch::Tensor no_iou = torch::zeros({2, 0}, torch::kDouble);
  EXPECT_TRUE(
      distillation_losses(corners("d.student"), teacher(), none, no_iou, distillation_shares(0, 3))
          .isfinite()
          .all()
          .item<bool>());
  const torch::Tensor empty = distillation_losses(
      torch::zeros({2, 1, 0, 4 * kBins}),
      {.corners = torch::zeros({1, 0, 4 * kBins}), .logits = torch::zeros({1, 0, 5})},
      none,
      torch::zeros({2, 0}),
      distillation_shares(1, 2));
  EXPECT_TRUE(torch::equal(empty, torch::zeros({2})));
}

}  // namespace
}  // namespace saker
