#include "metrics/class_average_precision.hpp"

#include <gtest/gtest.h>

#include <array>

namespace saker {
namespace {

void add(ClassBoxes& list, std::uint32_t image, std::array<float, 4> box, float score = -1) {
  list.boxes.emplace_back(std::span<const float, 4>(box));
  list.images.push_back(image);
  if (score >= 0) list.scores.push_back(score);
}

CocoSettings one_threshold() {
  CocoSettings settings;
  settings.iou_thresholds = {0.5};
  return settings;
}

TEST(CocoBox, LimitsBelongToBothRanges) {
  const auto ranges = [](float side) {
    return CocoBox(std::array<float, 4>{0, 0, side, side}).ranges();
  };
  EXPECT_EQ(ranges(31), 0b0011U);
  EXPECT_EQ(ranges(32), 0b0111U);
  EXPECT_EQ(ranges(33), 0b0101U);
  EXPECT_EQ(ranges(96), 0b1101U);
  EXPECT_EQ(ranges(97), 0b1001U);
  EXPECT_EQ(CocoBox(std::array<float, 4>{0, 0, -5, 5}).ranges(), 0U);
}

TEST(ClassEvaluator, CountsByHand) {
  // Two truths; detections by score: hit, miss, hit. Precision 1 up to recall 1/2, then 2/3.
  const CocoSettings settings = one_threshold();
  ClassBoxes truths;
  add(truths, 0, {0, 0, 10, 10});
  add(truths, 1, {0, 0, 10, 10});
  ClassBoxes predictions;
  add(predictions, 0, {0, 0, 10, 10}, 0.9F);
  add(predictions, 0, {50, 50, 60, 60}, 0.8F);
  add(predictions, 1, {0, 0, 10, 10}, 0.7F);
  const ClassPrecision result = ClassEvaluator(settings).evaluate(predictions, truths);
  EXPECT_EQ(result.ranges[0].truths, 2);
  EXPECT_NEAR(result.ranges[0].precision_sums[0], 51 + 50 * 2.0 / 3, 1e-12);
  EXPECT_EQ(result.ranges[0].recalls[0], 1.0);
  EXPECT_EQ(result.recalls_at_fewer[0][0], 1.0);
  EXPECT_EQ(result.ranges[3].truths, 0);
  EXPECT_EQ(result.ranges[1].truths, 2);
}

TEST(ClassEvaluator, ATruthIsFoundOnce) {
  const CocoSettings settings = one_threshold();
  ClassBoxes truths;
  add(truths, 0, {0, 0, 10, 10});
  ClassBoxes predictions;
  add(predictions, 0, {0, 0, 10, 9}, 0.9F);
  add(predictions, 0, {0, 0, 10, 10}, 0.8F);
  const ClassPrecision result = ClassEvaluator(settings).evaluate(predictions, truths);
  EXPECT_EQ(result.ranges[0].recalls[0], 1.0);
  EXPECT_NEAR(result.ranges[0].precision_sums[0], 101, 1e-12);
}

TEST(ClassEvaluator, TruthsOutsideTheRangeHideTheirDetections) {
  // A large truth, found, and a small one, missed by a small detection: for small areas the large
  // pair does not exist.
  const CocoSettings settings = one_threshold();
  ClassBoxes truths;
  add(truths, 0, {0, 0, 100, 100});
  add(truths, 0, {200, 200, 210, 210});
  ClassBoxes predictions;
  add(predictions, 0, {0, 0, 100, 100}, 0.9F);
  add(predictions, 0, {300, 300, 310, 310}, 0.8F);
  add(predictions, 0, {200, 200, 210, 210}, 0.7F);
  const ClassPrecision result = ClassEvaluator(settings).evaluate(predictions, truths);
  EXPECT_NEAR(result.ranges[1].precision_sums[0], 101 * 0.5, 1e-9);
  EXPECT_NEAR(result.ranges[3].precision_sums[0], 101, 1e-9);
  EXPECT_EQ(result.recalls_at_fewer[0][0], 0.5);
}

TEST(ClassEvaluator, AnImageHasALimit) {
  CocoSettings settings = one_threshold();
  settings.max_detections = {1, 2, 3};
  ClassBoxes truths;
  ClassBoxes predictions;
  for (int i = 0; i < 5; ++i) {
    const auto x = static_cast<float>(20 * i);
    add(truths, 7, {x, 0, x + 10, 10});
    add(predictions, 7, {x, 0, x + 10, 10}, 0.1F * static_cast<float>(i + 1));
  }
  const ClassPrecision result = ClassEvaluator(settings).evaluate(predictions, truths);
  EXPECT_EQ(result.ranges[0].recalls[0], 0.6);
  EXPECT_EQ(result.recalls_at_fewer[0][0], 0.2);
  EXPECT_EQ(result.recalls_at_fewer[1][0], 0.4);
}

}  // namespace
}  // namespace saker
