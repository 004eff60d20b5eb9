#include "detectors/ltdetr/top_k_decode.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "tensors/fill_module.hpp"
#include "tensors/golden_tensors.hpp"

namespace saker {
namespace {

TEST(TopKDecode, HandComputed) {
  // Two queries, two classes; query 1 is best with class 0, then with class 1.
  const DecoderPrediction prediction{
      .logits = torch::tensor({-1.0F, 0.0F, 3.0F, 1.0F}).view({1, 2, 2}),
      .boxes = torch::tensor({0.5F, 0.5F, 1.0F, 1.0F, 0.1F, 0.5F, 0.4F, 0.2F}).view({1, 2, 4}),
      .query_index = {}};
  const Predictions found = top_k_decode(prediction, {{.height = 100, .width = 200}}, 3).at(0);
  EXPECT_TRUE(torch::equal(found.classes, torch::tensor({0, 1, 1})));
  EXPECT_TRUE(torch::allclose(found.scores, torch::tensor({3.0F, 1.0F, 0.0F}).sigmoid()));
  // Boxes may leave the image.
  const torch::Tensor expected = torch::tensor(
      {-20.0F, 40.0F, 60.0F, 60.0F, -20.0F, 40.0F, 60.0F, 60.0F, 0.0F, 0.0F, 200.0F, 100.0F});
  EXPECT_TRUE(torch::allclose(found.boxes_xyxy.flatten(), expected, 0, 1e-4));
}

TEST(TopKDecode, FewerPairsThanWanted) {
  const DecoderPrediction prediction{
      .logits = torch::randn({2, 5, 3}), .boxes = torch::rand({2, 5, 4}), .query_index = {}};
  const auto found = top_k_decode(prediction, {{10, 10}, {20, 20}}, 300);
  ASSERT_EQ(found.size(), 2U);
  for (const Predictions& image : found) EXPECT_EQ(image.scores.size(0), 15);
}

TEST(TopKDecode, EqualsTheGoldenVectors) {
  SAKER_GOLDEN(path, "ltdetr/ops.safetensors");
  const test::GoldenTensors golden(path);
  const DecoderPrediction prediction{
      .logits = test::uniform_tensor("post.logits", {2, 15, 5}, -4, 4),
      .boxes = test::uniform_tensor("post.boxes", {2, 15, 4}, -0.1, 1.1),
      .query_index = {}};
  const auto found = top_k_decode(prediction, {{480, 640}, {500, 333}}, 12);
  const auto ids =
      torch::tensor(golden.info().at("post_class_ids").get<std::vector<std::int64_t>>());
  const torch::Tensor kept = golden.full("post.kept_0.95");
  for (std::int64_t i = 0; i < 2; ++i) {
    const Predictions& image = found[static_cast<std::size_t>(i)];
    EXPECT_TRUE(torch::equal(ids.index_select(0, image.classes), golden.full("post.labels")[i]));
    EXPECT_TRUE(test::near(image.boxes_xyxy, golden.full("post.bboxes")[i], {.absolute = 1e-5}));
    EXPECT_TRUE(test::near(image.scores, golden.full("post.scores")[i], {.absolute = 1e-5}));
    EXPECT_EQ((image.scores > 0.95).sum().item<std::int64_t>(), kept[i].item<std::int64_t>());
  }
}

TEST(TopKDecode, EqualsThePredictionsOfTheTilingGoldens) {
  SAKER_GOLDEN(path, "sahi/postprocess.json");
  const nlohmann::ordered_json golden = test::read_json(path);
  const auto ids =
      torch::tensor(golden.at("internal_class_to_class").get<std::vector<std::int64_t>>());
  const auto& predict = golden.at("predict");
  const std::string tag = "post/" + predict.at("tag").get<std::string>() + "/";
  const DecoderPrediction prediction{
      .logits = test::uniform_tensor(tag + "logits", {2, 20, 5}, -4, 3),
      .boxes = torch::cat({test::uniform_tensor(tag + "c", {2, 20, 2}, 0.2, 0.8),
                           test::uniform_tensor(tag + "s", {2, 20, 2}, 0.05, 0.4)},
                          2),
      .query_index = {}};
  for (const auto& example : predict.at("cases")) {
    std::vector<ImageSize> sizes;
    for (const auto& size : example.at("sizes_hw"))
      sizes.push_back({size[0].get<std::int64_t>(), size[1].get<std::int64_t>()});
    const auto found =
        top_k_decode(prediction, sizes, golden.at("num_top_queries").get<std::int64_t>());
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      const auto& expected = example.at("out")[i];
      const torch::Tensor above =
          (found[i].scores > example.at("threshold").get<double>()).nonzero().flatten();
      const auto count = static_cast<std::int64_t>(expected.at("labels").size());
      ASSERT_EQ(above.numel(), count);
      EXPECT_TRUE(torch::equal(
          ids.index_select(0, found[i].classes.index_select(0, above)),
          torch::tensor(expected.at("labels").get<std::vector<std::int64_t>>(), torch::kInt64)));
      EXPECT_TRUE(test::near(found[i].scores.index_select(0, above),
                             torch::tensor(expected.at("scores").get<std::vector<float>>()),
                             {.absolute = 1e-6}));
      std::vector<float> boxes;
      for (const auto& box : expected.at("bboxes")) {
        for (const auto& number : box) boxes.push_back(number.get<float>());
      }
      EXPECT_TRUE(test::near(found[i].boxes_xyxy.index_select(0, above).flatten(),
                             torch::tensor(boxes),
                             {.absolute = 1e-3}));
    }
  }
}

}  // namespace
}  // namespace saker
