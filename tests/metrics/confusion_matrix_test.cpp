#include "metrics/confusion_matrix.hpp"

#include <gtest/gtest.h>

#include "random_detections.hpp"

namespace saker {
namespace {

TEST(ConfusionMatrix, CountsMatchesMistakesAndWhatIsLeft) {
  CocoEvaluator evaluator;
  test::add_image(evaluator,
                  {{{0, 0, 10, 10}, 0.9F, 0},     // right
                   {{50, 0, 60, 10}, 0.9F, 2},    // another class
                   {{90, 90, 99, 99}, 0.9F, 1},   // nothing there
                   {{20, 20, 30, 30}, 0.2F, 1}},  // below the score
                  {{{0, 0, 10, 10}, 0}, {{50, 0, 60, 10}, 1}, {{20, 20, 30, 30}, 1}});
  const ConfusionMatrix matrix = confusion_matrix(evaluator, 3, 0.5, 0.5);
  const std::int64_t background = matrix.background();
  EXPECT_EQ(matrix.count(0, 0), 1);
  EXPECT_EQ(matrix.count(1, 2), 1);
  EXPECT_EQ(matrix.count(background, 1), 1);
  EXPECT_EQ(matrix.count(1, background), 1);
  std::int64_t sum = 0;
  for (std::int64_t t = 0; t <= 3; ++t) {
    for (std::int64_t d = 0; d <= 3; ++d) sum += matrix.count(t, d);
  }
  EXPECT_EQ(sum, 4);
}

// One query may be given under several classes, with equal boxes.
TEST(ConfusionMatrix, PrefersTheOwnClassAmongEqualBoxes) {
  CocoEvaluator evaluator;
  test::add_image(
      evaluator, {{{0, 0, 10, 10}, 0.9F, 1}, {{0, 0, 10, 10}, 0.6F, 0}}, {{{0, 0, 10, 10}, 0}});
  const ConfusionMatrix matrix = confusion_matrix(evaluator, 2, 0.5, 0.5);
  EXPECT_EQ(matrix.count(0, 0), 1);
  EXPECT_EQ(matrix.count(0, 1), 0);
  EXPECT_EQ(matrix.count(matrix.background(), 1), 1);
}

TEST(ConfusionMatrix, HasEachTruthAndEachKeptDetectionOnce) {
  const std::vector<test::EvaluatedImage> images = test::random_images(11, 40);
  constexpr std::int64_t kClasses = 5;
  constexpr double kScore = 0.4;
  std::vector<std::int64_t> truths(kClasses), detections(kClasses);
  for (const test::EvaluatedImage& image : images) {
    for (const std::int64_t label : image.truth_labels) ++truths[static_cast<std::size_t>(label)];
    for (std::size_t i = 0; i < image.labels.size(); ++i) {
      if (static_cast<double>(image.scores[i]) >= kScore)
        ++detections[static_cast<std::size_t>(image.labels[i])];
    }
  }
  const ConfusionMatrix matrix =
      confusion_matrix(test::evaluation_of(images), kClasses, kScore, 0.5);
  for (std::int64_t label = 0; label < kClasses; ++label) {
    std::int64_t row = 0, column = 0;
    for (std::int64_t other = 0; other <= kClasses; ++other) {
      row += matrix.count(label, other);
      column += matrix.count(other, label);
    }
    EXPECT_EQ(row, truths[static_cast<std::size_t>(label)]);
    EXPECT_EQ(column, detections[static_cast<std::size_t>(label)]);
  }
}

}  // namespace
}  // namespace saker
