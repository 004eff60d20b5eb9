#include "detectors/picodet/postprocess.hpp"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include <string>
#include <vector>

#include "detectors/picodet/golden_weights.hpp"
#include "tensors/golden_tensors.hpp"

namespace saker {
namespace {

using test::GoldenTensors;
using test::Tolerance;

constexpr Tolerance kBoxTolerance{5e-3, 0};
constexpr Tolerance kScoreTolerance{1e-5, 0};

// The preprocessed image of the golden file: normalised, then resized with antialias.
torch::Tensor golden_prediction_input(const GoldenTensors& golden) {
  const torch::Tensor pixels = golden.full("image").permute({2, 0, 1}).to(torch::kFloat32) / 255.0;
  const torch::Tensor mean = torch::tensor({0.485F, 0.456F, 0.406F}).view({3, 1, 1});
  const torch::Tensor std = torch::tensor({0.229F, 0.224F, 0.225F}).view({3, 1, 1});
  const std::vector<std::int64_t> size = {416, 416};
  return at::_upsample_bilinear2d_aa(
      ((pixels - mean) / std).unsqueeze(0), size, /*align_corners=*/false);
}

Predictions at_least(const Predictions& all, double threshold) {
  const torch::Tensor kept = (all.scores >= threshold).nonzero().flatten();
  return {all.boxes_xyxy.index_select(0, kept),
          all.scores.index_select(0, kept),
          all.classes.index_select(0, kept)};
}

TEST(PeakPredictions, AgreeWithTheReferencesPredict) {
  SAKER_GOLDEN(path, "picodet/detections_s_416.safetensors");
  const GoldenTensors golden(path);
  const auto model = test::golden_picodet("picodet/s-416", 80, {416, 416});
  const torch::Tensor input = golden_prediction_input(golden);
  golden.expect_near("preprocessed", input, {1e-5, 0});
  const Predictions all = model->predict(input, {{300, 500}}).at(0);

  const double threshold = golden.info().at("predict_threshold_mid");
  const Predictions mid = at_least(all, threshold);
  golden.expect_near("predict.mid.bboxes", mid.boxes_xyxy, kBoxTolerance);
  golden.expect_near("predict.mid.scores", mid.scores, kScoreTolerance);
  EXPECT_TRUE((mid.classes * 3 + 1).equal(golden.full("predict.mid.labels")));

  // At threshold 0 the reference lists suppressed locations too, with score 0.
  const torch::Tensor kept = (golden.full("predict.zero.scores") > 0).nonzero().flatten();
  EXPECT_TRUE(test::near(
      all.boxes_xyxy, golden.full("predict.zero.bboxes").index_select(0, kept), kBoxTolerance));
  EXPECT_TRUE(test::near(
      all.scores, golden.full("predict.zero.scores").index_select(0, kept), kScoreTolerance));
  EXPECT_TRUE(
      (all.classes * 3 + 1).equal(golden.full("predict.zero.labels").index_select(0, kept)));
}

TEST(Postprocess, AgreesWithTheReference) {
  SAKER_GOLDEN(path, "picodet/detections_s_416.safetensors");
  const GoldenTensors golden(path);
  const auto model = test::golden_picodet("picodet/s-416", 80, {416, 416});
  const torch::NoGradGuard no_grad;
  const DecodedOutputs decoded = model->forward(golden_prediction_input(golden));
  const double threshold = golden.info().at("predict_threshold_mid");
  const Predictions actual = postprocess(decoded, 0, {416, 416}, {300, 500}, threshold);
  golden.expect_near("postprocess.bboxes", actual.boxes_xyxy, kBoxTolerance);
  golden.expect_near("postprocess.scores", actual.scores, kScoreTolerance);
  EXPECT_TRUE((actual.classes * 3 + 1).equal(golden.full("postprocess.labels")));
}

TEST(NmsPredictions, AgreeWithTheReference) {
  SAKER_GOLDEN(path, "picodet/detections_s_416.safetensors");
  const GoldenTensors golden(path);
  HeadOutputs head;
  for (int i = 0; i < 4; ++i) {
    head.cls_logits.push_back(golden.full("nms.in.cls" + std::to_string(i)));
    head.box_logits.push_back(golden.full("nms.in.box" + std::to_string(i)));
  }
  const auto check = [&](const std::string& tag, const NmsSettings& settings) {
    const Predictions actual = nms_predictions(head, 0, {240, 400}, settings);
    golden.expect_near("nms." + tag + ".bboxes", actual.boxes_xyxy, kBoxTolerance);
    golden.expect_near("nms." + tag + ".scores", actual.scores, kScoreTolerance);
    EXPECT_TRUE(actual.classes.equal(golden.full("nms." + tag + ".labels"))) << tag;
  };
  check("default", {});
  check("thr0.3", {.score_threshold = 0.3});
  check("deploy", {.score_threshold = 0.3, .deploy = true});
  check("none", {.score_threshold = 0.9999});
}

TEST(ClassWiseNms, SuppressesWithinAClassAlone) {
  const torch::Tensor boxes = torch::tensor({{0.F, 0.F, 10.F, 10.F},
                                             {0.F, 0.F, 10.F, 9.F},
                                             {0.F, 0.F, 10.F, 9.F},
                                             {20.F, 0.F, 30.F, 10.F}});
  const torch::Tensor classes = torch::tensor({0, 0, 1, 0}, torch::kInt64);
  EXPECT_TRUE(
      class_wise_nms(boxes, classes, 0.6, 100).equal(torch::tensor({0, 2, 3}, torch::kInt64)));
  EXPECT_TRUE(class_wise_nms(boxes, classes, 0.6, 2).equal(torch::tensor({0, 2}, torch::kInt64)));
  // IoU is exactly 0.9 here: only a greater one suppresses.
  EXPECT_EQ(class_wise_nms(boxes, classes, 0.95, 100).size(0), 4);
  EXPECT_EQ(
      class_wise_nms(torch::empty({0, 4}), torch::empty({0}, torch::kInt64), 0.6, 100).size(0), 0);
}

TEST(TopPredictions, FillsUpWithSuppressedLocations) {
  DecodedOutputs decoded;
  decoded.boxes_xyxy = torch::arange(12, torch::kFloat32).view({1, 3, 4});
  decoded.cls_logits = torch::tensor({{-1e6F, -1e6F}, {0.F, 2.F}, {1.F, -1.F}}).unsqueeze(0);
  decoded.obj_logits = decoded.cls_logits.amax(-1);
  const Predictions top = top_predictions(decoded, 100).at(0);
  ASSERT_EQ(top.scores.size(0), 3);
  EXPECT_TRUE(top.classes.equal(torch::tensor({1, 0, 0}, torch::kInt64)));
  EXPECT_EQ(top.scores[2].item<float>(), 0.F);
  EXPECT_EQ(top.boxes_xyxy[0][0].item<float>(), 4.F);
  EXPECT_EQ(top_predictions(decoded, 1).at(0).scores.size(0), 1);
}

}  // namespace
}  // namespace saker
