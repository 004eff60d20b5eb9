#include "detectors/ltdetr/model_golden.hpp"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include <algorithm>
#include <vector>

#include "detectors/ltdetr/golden_detector.hpp"
#include "detectors/ltdetr/top_k_decode.hpp"
#include "tensors/golden_tensors.hpp"
#include "tensors/normalized_image.hpp"

namespace saker::test {
namespace {

using Json = nlohmann::ordered_json;

// Maps agree at the stored places, and so do their statistics over all values.
void expect_maps(const GoldenTensors& golden,
                 const std::string& prefix,
                 const std::vector<torch::Tensor>& maps,
                 double tolerance) {
  for (std::size_t i = 0; i < maps.size(); ++i) {
    const std::string key = prefix + "." + std::to_string(i);
    golden.expect_near(key, maps[i], {tolerance, 0});
    const Json& stored = golden.info().at("tensors").at(key);
    const torch::Tensor map = maps[i].to(torch::kFloat64);
    const double absmax = stored.at("absmax");
    EXPECT_NEAR(map.abs().max().item<double>(), absmax, tolerance + 1e-4 * absmax) << key;
    EXPECT_NEAR(map.mean().item<double>(), stored.at("mean").get<double>(), 1e-4 * absmax) << key;
    const double std = stored.at("std");
    EXPECT_NEAR(map.std(/*unbiased=*/false).item<double>(), std, 1e-4 * std) << key;
  }
}

// Detections in the order of their scores, where that order is certain.
void expect_detections(const GoldenTensors& golden,
                       const Predictions& found,
                       double score_tolerance,
                       double box_tolerance) {
  const torch::Tensor labels = golden.full("det.labels")[0];
  const torch::Tensor boxes = golden.full("det.bboxes")[0];
  const torch::Tensor scores = golden.full("det.scores")[0];
  EXPECT_TRUE(near(found.scores, scores, {score_tolerance, 0}));
  const std::int64_t count = scores.size(0);
  ASSERT_EQ(found.classes.size(0), count);
  const auto score = [&](std::int64_t i) { return scores[i].item<double>(); };
  std::int64_t compared = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const bool certain = (i == 0 || score(i - 1) - score(i) > 2 * score_tolerance) &&
                         (i + 1 == count || score(i) - score(i + 1) > 2 * score_tolerance);
    // The last one may stand beside one that was left out.
    if (!certain || i + 1 == count) continue;
    ++compared;
    EXPECT_EQ(found.classes[i].item<std::int64_t>(), labels[i].item<std::int64_t>()) << i;
    EXPECT_TRUE(near(found.boxes_xyxy[i], boxes[i], {box_tolerance, 0})) << "detection " << i;
  }
  // With loose tolerances few places are certain, but never none on all of them together.
  EXPECT_GE(compared, score_tolerance < 1e-3 ? 1 : 0);
}

}  // namespace

void expect_golden_model(const std::string& name) {
  SAKER_GOLDEN(path, "ltdetr/model/" + name + ".safetensors");
  const GoldenTensors golden(path);
  const Json& info = golden.info();
  const std::string architecture = info.at("architecture");
  const ImageSize size{info.at("image_size")[0], info.at("image_size")[1]};
  const auto detector = golden_ltdetr(architecture, info.at("classes"), size);
  const torch::NoGradGuard no_grad;
  const std::vector<torch::Tensor> maps =
      detector->backbone().forward(normalized_image(info.at("input"), size.height, size.width));
  const std::vector<torch::Tensor> encoded = detector->encoder().forward(maps);
  const DecoderPrediction found = detector->decoder().forward(encoded);

  const double map_tolerance = architecture.find("convnext") == std::string::npos ? 1e-4 : 2e-4;
  expect_maps(golden, "backbone", maps, map_tolerance);
  expect_maps(golden, "encoder", encoded, map_tolerance);

  // Two evaluations of the reference itself differ by this much.
  const Json& noise = info.at("deploy_mkldnn_off_difference");
  const double logit_tolerance = std::max(1e-4, 10 * noise.at("pred_logits").get<double>());
  const double box_tolerance = std::max(1e-4, 10 * noise.at("pred_boxes").get<double>());
  const torch::Tensor queries = golden.full("query_index");
  const torch::Tensor logits = in_query_order(found.logits, found.query_index, queries);
  ASSERT_TRUE(logits.defined()) << "other queries are selected";
  EXPECT_TRUE(near(logits, golden.full("pred_logits"), {logit_tolerance, 0}));
  EXPECT_TRUE(near(in_query_order(found.boxes, found.query_index, queries),
                   golden.full("pred_boxes"),
                   {box_tolerance, 0}));

  const ImageSize original{info.at("orig_size_wh")[1], info.at("orig_size_wh")[0]};
  expect_detections(golden,
                    top_k_decode(found, {original}, detector->config().max_detections).front(),
                    logit_tolerance,
                    1000 * box_tolerance);
}

}  // namespace saker::test
