#include "inference/detection_formats.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace saker {
namespace {

ImageDetections two_detections() {
  return {.image = "a \"b\".jpg",
          .width = 200,
          .height = 100,
          .detections = {.labels = {3, 0},
                         .bboxes = {{10, 20, 50, 60}, {-10, 0, 300, 50}},
                         .scores = {0.25F, 0.75F}}};
}

const ClassNames kNames = {{0, "cell"}, {5, "dust"}};

TEST(DetectionFormats, JsonHoldsEveryFieldHighestScoreFirst) {
  const auto json = nlohmann::json::parse(to_json({two_detections()}, kNames));
  ASSERT_EQ(json.size(), 1U);
  EXPECT_EQ(json[0].at("image"), "a \"b\".jpg");
  EXPECT_EQ(json[0].at("width"), 200);
  const auto& detections = json[0].at("detections");
  EXPECT_EQ(detections[0].at("name"), "cell");
  EXPECT_EQ(detections[0].at("bbox"), nlohmann::json({-10, 0, 300, 50}));
  EXPECT_EQ(detections[1].at("label"), 3);
  EXPECT_EQ(detections[1].at("name"), "class 3");
}

TEST(DetectionFormats, FloatsSurviveTheText) {
  ImageDetections image = two_detections();
  image.detections.scores[1] = 0.1F + 0.2F;
  const auto json = nlohmann::json::parse(to_json_line(image, kNames));
  EXPECT_EQ(json.at("detections")[0].at("score").get<float>(), 0.1F + 0.2F);
}

TEST(DetectionFormats, YoloIsClippedToTheImage) {
  EXPECT_EQ(to_yolo_lines(two_detections()),
            "0 0.500000 0.250000 1.000000 0.500000 0.750000\n3 0.150000 0.400000 0.200000 0.400000 "
            "0.250000\n");
}

TEST(DetectionFormats, YoloLeavesOutWhatLiesOutside) {
  ImageDetections image = two_detections();
  image.detections.bboxes[0] = {300, 20, 350, 60};
  EXPECT_EQ(to_yolo_lines(image), "0 0.500000 0.250000 1.000000 0.500000 0.750000\n");
}

TEST(DetectionFormats, CocoHasSizesInsteadOfCorners) {
  const auto json = nlohmann::json::parse(to_coco_results({two_detections(), two_detections()}));
  ASSERT_EQ(json.size(), 4U);
  EXPECT_EQ(json[1].at("bbox"), nlohmann::json({10, 20, 40, 40}));
  EXPECT_EQ(json[1].at("category_id"), 3);
  EXPECT_EQ(json[3].at("image_id"), 2);
}

TEST(DetectionFormats, NothingFoundIsValidToo) {
  EXPECT_TRUE(nlohmann::json::parse(to_json({}, kNames)).empty());
  EXPECT_TRUE(nlohmann::json::parse(to_coco_results({})).empty());
  const auto json = nlohmann::json::parse(
      to_json({{.image = "x", .width = 1, .height = 1, .detections = {}}}, kNames));
  EXPECT_TRUE(json[0].at("detections").empty());
}

}  // namespace
}  // namespace saker
