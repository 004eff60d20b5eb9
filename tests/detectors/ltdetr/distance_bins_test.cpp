#include "detectors/ltdetr/distance_bins.hpp"

#include <gtest/gtest.h>

#include "detectors/ltdetr/box_operations.hpp"
#include "detectors/ltdetr/training_cases.hpp"
#include "nn/gradient_check.hpp"
#include "tensors/fill_module.hpp"
#include "tensors/golden_tensors.hpp"

namespace saker {
namespace {

constexpr test::Tolerance kTolerance = {.absolute = 1e-5, .relative = 1e-4};

TEST(DistanceBins, AgreeWithTheGoldenVectors) {
  SAKER_GOLDEN(path, "ltdetr_train/dfine_targets.safetensors");
  const test::GoldenTensors golden(path);
  const torch::Tensor bins = distance_bins({});
  EXPECT_TRUE(test::near(bins, golden.full("weighting_function"), kTolerance));
  EXPECT_TRUE(test::near(
      distance_bins({.reg_scale = 8}), golden.full("weighting_function_reg_scale_8"), kTolerance));

  const torch::Tensor reference = golden.full("ref");
  const DistanceTargets targets =
      distance_targets(reference, cxcywh_to_xyxy(golden.full("gt")), bins, 4);
  // A distance on the edge of a bin may fall into either, so place and weight are compared at once.
  EXPECT_TRUE(test::near((targets.left + targets.weight_right).flatten(),
                         golden.full("target").trunc() + golden.full("weight_right"),
                         kTolerance));
  EXPECT_TRUE(test::near((targets.left + 1 - targets.weight_left).flatten(),
                         golden.full("target").trunc() + 1 - golden.full("weight_left"),
                         kTolerance));
  EXPECT_TRUE(test::near(boxes_from_distances(reference, golden.full("distance"), 4),
                         golden.full("distance2bbox"),
                         kTolerance));
}

TEST(DistanceBins, AreAntisymmetricAndAscend) {
  const torch::Tensor bins = distance_bins({.reg_max = 8, .up = 0.5, .reg_scale = 4});
  // a = 2, s = 3^(1/3).
  const torch::Tensor expected =
      torch::tensor({-4.F, -2.F, -1.080084F, -0.442250F, 0.F, 0.442250F, 1.080084F, 2.F, 4.F});
  EXPECT_TRUE(torch::allclose(bins, expected));
}

// The mean of the bins under the targets' weights is the distance, so that the box comes back.
TEST(DistanceBins, TargetsStandForTheirBox) {
  const torch::Tensor reference = test::golden_boxes("r", {30});
  const torch::Tensor box = reference + test::uniform_tensor("shift", {30, 4}, -0.2, 0.2) *
                                            reference.slice(1, 2).repeat({1, 2});
  const torch::Tensor bins = distance_bins({});
  const DistanceTargets targets = distance_targets(reference, cxcywh_to_xyxy(box), bins, 4);
  EXPECT_TRUE(torch::allclose(targets.weight_left + targets.weight_right, torch::ones({30, 4})));
  const torch::Tensor distances = bins.index({targets.left}) * targets.weight_left +
                                  bins.index({targets.left + 1}) * targets.weight_right;
  EXPECT_TRUE(torch::allclose(boxes_from_distances(reference, distances, 4), box, 1e-4, 1e-5));
}

TEST(DistanceBins, TargetsBeyondTheBinsTakeTheOutermost) {
  const torch::Tensor bins = distance_bins({});
  const torch::Tensor reference = torch::tensor({{0.5F, 0.5F, 0.01F, 0.01F}});
  const DistanceTargets far =
      distance_targets(reference, torch::tensor({{0.1F, 0.9F, 0.9F, 0.1F}}), bins, 4);
  EXPECT_EQ(test::to_list(far.left), (std::vector<std::int64_t>{31, 0, 31, 0}));
  EXPECT_TRUE(torch::equal(far.weight_right, torch::tensor({{1.F, 0.F, 1.F, 0.F}})));
  // A reference without size does not divide by zero.
  const DistanceTargets point =
      distance_targets(torch::zeros({1, 4}), torch::full({1, 4}, 0.5F), bins, 4);
  EXPECT_FALSE(point.weight_right.isnan().any().item<bool>());
}

TEST(DistanceBins, ZeroDistancesAreTheReference) {
  const torch::Tensor reference = test::golden_boxes("r", {5});
  EXPECT_TRUE(torch::allclose(boxes_from_distances(reference, torch::zeros({5, 4}), 4), reference));
}

TEST(DistanceBins, BoxesAreDifferentiable) {
  torch::Tensor reference = test::golden_boxes("r", {3}).to(torch::kDouble).requires_grad_();
  torch::Tensor distances =
      test::uniform_tensor("d", {3, 4}, -1, 1).to(torch::kDouble).requires_grad_();
  const torch::Tensor factor = test::uniform_tensor("f", {3, 4}).to(torch::kDouble);
  test::expect_gradients_agree(
      [&] { return (boxes_from_distances(reference, distances, 4) * factor).sum(); },
      {reference, distances},
      1e-5,
      1e-6);
}

}  // namespace
}  // namespace saker
