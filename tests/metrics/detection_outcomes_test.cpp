#include "metrics/detection_outcomes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "random_detections.hpp"

namespace saker {
namespace {

const std::vector<double> kRecalls = CocoSettings().recall_thresholds;

TEST(DetectionOutcomes, AreHitsOnceForEachTruth) {
  CocoEvaluator evaluator;
  // Two detections of the first truth, one of nothing, and none of the second truth.
  test::add_image(
      evaluator,
      {{{0, 0, 10, 10}, 0.6F, 0}, {{1, 0, 11, 10}, 0.9F, 0}, {{50, 50, 60, 60}, 0.7F, 0}},
      {{{0, 0, 10, 10}, 0}, {{80, 80, 90, 90}, 0}});
  const std::vector<ClassOutcomes> classes = detection_outcomes(evaluator, 0.5);
  ASSERT_EQ(classes.size(), 1U);
  std::vector<bool> hits;
  for (const DetectionOutcome& detection : classes[0].detections) hits.push_back(detection.is_hit);
  EXPECT_EQ(hits, (std::vector{true, false, false}));

  const std::vector<ScorePoint> curve = score_curve(classes);
  ASSERT_EQ(curve.size(), 3U);
  EXPECT_FLOAT_EQ(static_cast<float>(curve[0].score), 0.9F);
  EXPECT_DOUBLE_EQ(curve[0].precision, 1);
  EXPECT_DOUBLE_EQ(curve[0].recall, 0.5);
  EXPECT_DOUBLE_EQ(curve[0].f1, 2.0 / 3);
  EXPECT_DOUBLE_EQ(curve[2].precision, 1.0 / 3);
  EXPECT_DOUBLE_EQ(best_f1(curve)->score, curve[0].score);
}

TEST(DetectionOutcomes, OfOneScoreAreKeptTogether) {
  CocoEvaluator evaluator;
  test::add_image(
      evaluator, {{{0, 0, 10, 10}, 0.5F, 0}, {{50, 50, 60, 60}, 0.5F, 0}}, {{{0, 0, 10, 10}, 0}});
  const std::vector<ScorePoint> curve = score_curve(detection_outcomes(evaluator, 0.5));
  ASSERT_EQ(curve.size(), 1U);
  EXPECT_DOUBLE_EQ(curve[0].precision, 0.5);
}

TEST(DetectionOutcomes, WithoutTruthsOrDetectionsHaveNoCurve) {
  CocoEvaluator evaluator;
  test::add_image(evaluator, {{{0, 0, 10, 10}, 0.5F, 0}}, {});
  const std::vector<ClassOutcomes> no_truths = detection_outcomes(evaluator, 0.5);
  EXPECT_TRUE(score_curve(no_truths).empty());
  EXPECT_EQ(average_precision(no_truths[0], kRecalls), -1);
  EXPECT_FALSE(best_f1({}));
  EXPECT_EQ(lost_average_precision(no_truths, 1, kRecalls), std::vector<double>{0});
}

TEST(DetectionOutcomes, GiveTheAveragePrecisionOfTheEvaluation) {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const CocoEvaluator evaluator = test::random_evaluation(seed, 20);
    const CocoResult result = evaluator.compute();
    const std::vector<double>& ious = evaluator.settings().iou_thresholds;
    for (const std::size_t t : {std::size_t{0}, ious.size() / 2}) {
      const std::vector<ClassOutcomes> classes = detection_outcomes(evaluator, ious[t]);
      ASSERT_EQ(classes.size(), result.classes.size());
      for (std::size_t c = 0; c < classes.size(); ++c) {
        EXPECT_EQ(classes[c].label, result.classes[c].label);
        EXPECT_DOUBLE_EQ(average_precision(classes[c], kRecalls),
                         result.classes[c].average_precision_per_iou[t]);
      }
    }
  }
}

TEST(DetectionOutcomes, CurvesOfAllClassesCountAllDetections) {
  const CocoEvaluator evaluator = test::random_evaluation(7, 30);
  const std::vector<ClassOutcomes> classes = detection_outcomes(evaluator, 0.5);
  std::size_t detections = 0, hits = 0, truths = 0;
  for (const ClassOutcomes& outcomes : classes) {
    detections += outcomes.detections.size();
    truths += outcomes.truths.size();
    hits += static_cast<std::size_t>(std::count_if(outcomes.detections.begin(),
                                                   outcomes.detections.end(),
                                                   [](const auto& d) { return d.is_hit; }));
  }
  const std::vector<ScorePoint> curve = score_curve(classes);
  EXPECT_DOUBLE_EQ(curve.back().precision,
                   static_cast<double>(hits) / static_cast<double>(detections));
  EXPECT_DOUBLE_EQ(curve.back().recall, static_cast<double>(hits) / static_cast<double>(truths));
  for (std::size_t i = 1; i < curve.size(); ++i) {
    EXPECT_LT(curve[i].score, curve[i - 1].score);
    EXPECT_GE(curve[i].recall, curve[i - 1].recall);
  }
}

TEST(LostAveragePrecision, IsThatOfTheImagesWithErrors) {
  CocoEvaluator evaluator;
  // A perfect image, one whose truth is missed, one with a false detection of a high score.
  test::add_image(evaluator, {{{0, 0, 10, 10}, 0.8F, 0}}, {{{0, 0, 10, 10}, 0}});
  test::add_image(evaluator, {}, {{{0, 0, 10, 10}, 0}});
  test::add_image(evaluator, {{{0, 0, 10, 10}, 0.9F, 0}}, {});
  const std::vector<ClassOutcomes> classes = detection_outcomes(evaluator, 0.5);
  const std::vector<double> lost = lost_average_precision(classes, 3, kRecalls);
  EXPECT_GT(lost[1], lost[2]);
  EXPECT_GT(lost[2], 0.2);
  // Without its own error, the mean average precision is what is left plus what it has lost.
  CocoEvaluator mended;
  test::add_image(mended, {{{0, 0, 10, 10}, 0.8F, 0}}, {{{0, 0, 10, 10}, 0}});
  test::add_image(mended, {{{0, 0, 10, 10}, 1.0F, 0}}, {{{0, 0, 10, 10}, 0}});
  test::add_image(mended, {{{0, 0, 10, 10}, 0.9F, 0}}, {});
  const double before = average_precision(classes[0], kRecalls);
  const double after = average_precision(detection_outcomes(mended, 0.5)[0], kRecalls);
  EXPECT_NEAR(before + lost[1], after, 1e-12);
}

TEST(LostAveragePrecision, DoesNotDependOnTheOrderOfImages) {
  const std::vector<test::EvaluatedImage> images = test::random_images(3, 25);
  std::vector<test::EvaluatedImage> reversed(images.rbegin(), images.rend());
  const auto lost_of = [](const std::vector<test::EvaluatedImage>& all) {
    return lost_average_precision(
        detection_outcomes(test::evaluation_of(all), 0.5), all.size(), kRecalls);
  };
  std::vector<double> lost = lost_of(reversed);
  std::reverse(lost.begin(), lost.end());
  const std::vector<double> expected = lost_of(images);
  for (std::size_t i = 0; i < lost.size(); ++i) {
    EXPECT_NEAR(lost[i], expected[i], 1e-12);
    EXPECT_GE(lost[i], -1e-12);
  }
}

}  // namespace
}  // namespace saker
