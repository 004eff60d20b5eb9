#include "detectors/ltdetr/box_operations.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "detectors/ltdetr/training_cases.hpp"
#include "nn/gradient_check.hpp"
#include "tensors/golden_tensors.hpp"

namespace saker {
namespace {

constexpr test::Tolerance kBoxTolerance = {.absolute = 1e-6, .relative = 1e-5};

TEST(BoxOperations, AgreeWithTheGoldenVectors) {
  SAKER_GOLDEN(path, "ltdetr_train/box_ops.safetensors");
  const test::GoldenTensors golden(path);
  const torch::Tensor a = cxcywh_to_xyxy(test::golden_boxes("box_ops.a", {6}));
  const torch::Tensor b = cxcywh_to_xyxy(golden.full("b_cxcywh"));
  const auto expect = [&](const char* key, const torch::Tensor& actual) {
    EXPECT_TRUE(test::near(actual, golden.full(key), kBoxTolerance)) << key;
  };
  expect("a_xyxy", a);
  expect("b_xyxy", b);
  expect("roundtrip", xyxy_to_cxcywh(a));
  const BoxOverlaps overlaps = box_overlaps(a.unsqueeze(1), b.unsqueeze(0));
  expect("iou", overlaps.iou);
  expect("giou", overlaps.giou);
  expect("union", overlaps.union_area);
  expect("sanitize_out", sanitized_boxes(golden.full("sanitize_in")));
  expect("inverse_sigmoid_out", inverse_sigmoid(golden.full("inverse_sigmoid_in")));
}

TEST(BoxOperations, OverlapOfBoxesByHand) {
  const torch::Tensor a = torch::tensor({{0.F, 0.F, 2.F, 2.F}});
  const torch::Tensor b = torch::tensor(
      {{0.F, 0.F, 2.F, 2.F}, {1.F, 0.F, 3.F, 2.F}, {4.F, 0.F, 6.F, 2.F}, {0.5F, 0.5F, 1.5F, 1.5F}});
  const BoxOverlaps overlaps = box_overlaps(a, b);
  // Equal; shifted by half; apart by their own width; inside.
  EXPECT_TRUE(torch::allclose(overlaps.iou, torch::tensor({1.F, 1.F / 3, 0.F, 0.25F})));
  EXPECT_TRUE(torch::allclose(overlaps.giou, torch::tensor({1.F, 1.F / 3, -1.F / 3, 0.25F})));
  EXPECT_TRUE(torch::allclose(overlaps.union_area, torch::tensor({4.F, 6.F, 8.F, 4.F})));
}

TEST(BoxOperations, OverlapOfTwoPointsIsNotANumber) {
  const torch::Tensor point = torch::full({1, 4}, 0.5F);
  EXPECT_TRUE(box_overlaps(point, point).iou.isnan().all().item<bool>());
}

TEST(BoxOperations, OverlapIsSymmetricAndTakesNoBoxes) {
  const torch::Tensor a = cxcywh_to_xyxy(test::golden_boxes("a", {7}));
  const torch::Tensor b = cxcywh_to_xyxy(test::golden_boxes("b", {5}));
  const BoxOverlaps ab = box_overlaps(a.unsqueeze(1), b.unsqueeze(0));
  const BoxOverlaps ba = box_overlaps(b.unsqueeze(1), a.unsqueeze(0));
  EXPECT_TRUE(torch::equal(ab.giou, ba.giou.t()));
  EXPECT_EQ(box_overlaps(a.unsqueeze(1), b.unsqueeze(0).slice(1, 0, 0)).giou.sizes(),
            (std::vector<std::int64_t>{7, 0}));
}

// Overlapping, apart, inside and around.
TEST(BoxOperations, GradientOfTheOverlapAgreesWithDifferences) {
  torch::Tensor a =
      torch::tensor(
          {{0.1, 0.2, 0.5, 0.7}, {0.1, 0.1, 0.2, 0.2}, {0.4, 0.4, 0.5, 0.5}, {0.1, 0.1, 0.95, 0.9}},
          torch::kDouble)
          .requires_grad_();
  const torch::Tensor b = torch::tensor({0.3, 0.35, 0.8, 0.75}, torch::kDouble);
  const torch::Tensor factor = torch::tensor({1.0, 2.0, -1.0, 0.5}, torch::kDouble);
  test::expect_gradients_agree(
      [&] { return (box_overlaps(a, b).giou * factor).sum(); }, {a}, 1e-5, 1e-6);
  test::expect_gradients_agree(
      [&] { return (box_overlaps(a, b).iou * factor).sum(); }, {a}, 1e-5, 1e-6);
}

TEST(BoxOperations, SafeBoxesPassGradientsOnlyWhereNothingWasReplaced) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const torch::Tensor boxes =
      torch::tensor({{0.F, 1.F, 0.5F, -0.1F}, {1.1F, nan, kInfinity, -kInfinity}}).requires_grad_();
  const torch::Tensor safe = sanitized_boxes(boxes);
  EXPECT_TRUE(torch::equal(safe, torch::tensor({{0.F, 1.F, 0.5F, 0.F}, {1.F, 0.F, 1.F, 0.F}})));
  safe.sum().backward();
  EXPECT_TRUE(
      torch::equal(boxes.grad(), torch::tensor({{1.F, 1.F, 1.F, 0.F}, {0.F, 0.F, 0.F, 0.F}})));
}

TEST(BoxOperations, InverseSigmoidInvertsAndIsBounded) {
  const torch::Tensor x = torch::linspace(0.01, 0.99, 50);
  EXPECT_TRUE(torch::allclose(inverse_sigmoid(x).sigmoid(), x));
  const torch::Tensor far = inverse_sigmoid(torch::tensor({-5.F, 0.F, 1.F, 5.F}));
  EXPECT_NEAR(far[0].item<double>(), -11.5129, 1e-4);
  EXPECT_TRUE(torch::equal(far.slice(0, 0, 2), -far.slice(0, 2, 4)));
}

}  // namespace
}  // namespace saker
