#include "train/best_validation.hpp"

#include <gtest/gtest.h>

#include "metrics/random_detections.hpp"

namespace saker {
namespace {

TEST(BestValidation, HoldsTheClassesOfTheEvaluation) {
  const CocoEvaluator evaluation = test::random_evaluation(5, 200);
  const CocoResult result = evaluation.compute();
  const Value value = best_validation(7, evaluation, result, {"a", "b", "c", "d", "e"});
  EXPECT_EQ(value.at("step"), Value(7));
  const Value::Array& classes = value.at("classes").as_array();
  ASSERT_EQ(classes.size(), result.classes.size());
  for (std::size_t c = 0; c < classes.size(); ++c) {
    EXPECT_EQ(classes[c].at("ap").as_double(), result.classes[c].average_precision);
    EXPECT_EQ(classes[c].at("truths").as_int(), result.classes[c].truths);
    EXPECT_LE(classes[c].at("curve").as_array().size(), 200U);
  }
  EXPECT_NEAR(
      classes[0].at("ap_50").as_double(), result.classes[0].average_precision_per_iou[0], 1e-12);
  // False detections alone have no curve.
  EXPECT_TRUE(classes[4].at("best").is_null());
  EXPECT_EQ(value.at("all").at("curve").as_array().size(), 200U);
  EXPECT_GT(value.at("all").at("best").at("f1").as_double(), 0.3);
}

}  // namespace
}  // namespace saker
