#include "metrics/coco_average_precision.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "golden.hpp"
#include "random_detections.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

using Image = test::EvaluatedImage;
using test::random_box;
using test::random_images;

CocoResult evaluate(const std::vector<Image>& images, const CocoSettings& settings = {}) {
  CocoEvaluator evaluator(settings);
  for (const Image& image : images) {
    evaluator.add_image({image.boxes, image.scores, image.labels},
                        {image.truth_boxes, image.truth_labels});
  }
  return evaluator.compute();
}

TEST(CocoEvaluator, NoImagesAreUndefined) {
  const CocoResult result = evaluate({});
  for (const double value : result.values()) EXPECT_EQ(value, -1);
  EXPECT_TRUE(result.classes.empty());
  EXPECT_EQ(result.images, 0);
}

TEST(CocoEvaluator, PerfectPredictionsGiveOne) {
  std::vector<Image> images = random_images(1, 20);
  for (Image& image : images) {
    image.boxes = image.truth_boxes;
    image.labels = image.truth_labels;
    image.scores.assign(image.labels.size(), 0.5F);
  }
  const CocoResult result = evaluate(images);
  EXPECT_NEAR(result.map, 1, 1e-12);
  EXPECT_NEAR(result.map_small, 1, 1e-12);
  EXPECT_NEAR(result.mar[2], 1, 1e-12);
  EXPECT_EQ(result.images, 20);
  for (const CocoClassResult& entry : result.classes)
    EXPECT_NEAR(entry.average_precision, 1, 1e-12);
}

TEST(CocoEvaluator, TheOrderOfImagesDoesNotMatterWithoutTies) {
  std::vector<Image> images = random_images(2, 30);
  const CocoResult result = evaluate(images);
  EXPECT_GT(result.map, 0.05);
  EXPECT_LT(result.map, 0.95);
  std::reverse(images.begin(), images.end());
  std::rotate(images.begin(), images.begin() + 7, images.end());
  const CocoResult permuted = evaluate(images);
  EXPECT_EQ(result.values(), permuted.values());
}

TEST(CocoEvaluator, LabelsAreOnlyNames) {
  std::vector<Image> images = random_images(3, 20);
  const CocoResult result = evaluate(images);
  for (Image& image : images) {
    for (std::int64_t& label : image.labels) label = 1000 - 10 * label;
    for (std::int64_t& label : image.truth_labels) label = 1000 - 10 * label;
  }
  const CocoResult renamed = evaluate(images);
  for (std::size_t i = 0; i < 12; ++i) EXPECT_NEAR(renamed.values()[i], result.values()[i], 1e-14);
  EXPECT_EQ(renamed.classes.front().label, 960);
}

TEST(CocoEvaluator, AMonotonousChangeOfScoresChangesNothing) {
  std::vector<Image> images = random_images(4, 20);
  const CocoResult result = evaluate(images);
  for (Image& image : images) {
    for (float& score : image.scores) score = 10 * score - 5;
  }
  EXPECT_EQ(evaluate(images).values(), result.values());
}

TEST(CocoEvaluator, ScoresAndBoxesThatAreNoNumbersMatchNothing) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  Image image;
  image.truth_boxes = {0, 0, 100, 100};
  image.truth_labels = {0};
  image.boxes = {nan, 0, 100, 100, 0, 0, 100, 100, 0, 0, 100, 100};
  image.scores = {0.9F, nan, 0.1F};
  image.labels = {0, 0, 0};
  const CocoResult result = evaluate({image});
  EXPECT_EQ(result.mar[2], 1);
  EXPECT_TRUE(std::isfinite(result.map));
}

TEST(CocoEvaluator, UnequalLengthsAreErrors) {
  CocoEvaluator evaluator;
  const std::vector<float> four(4);
  const std::vector<float> one(1);
  const std::vector<std::int64_t> label(1);
  EXPECT_THROW(evaluator.add_image({one, one, label}, {}), Error);
  EXPECT_THROW(evaluator.add_image({four, four, label}, {}), Error);
  EXPECT_THROW(evaluator.add_image({}, {four, {}}), Error);
  EXPECT_EQ(evaluator.images(), 0);
  evaluator.add_image({four, one, label}, {four, label});
  EXPECT_EQ(evaluator.images(), 1);
  evaluator.clear();
  EXPECT_EQ(evaluator.images(), 0);
}

std::vector<Image> read_images(const std::filesystem::path& path, std::size_t count) {
  const auto tensors = test::read_safetensors(path);
  std::vector<Image> images(count);
  const auto fill = [&](const std::string& prefix,
                        std::vector<float> Image::*boxes,
                        std::vector<std::int64_t> Image::*labels) {
    const auto all_boxes = tensors.at(prefix + "_boxes").as<float>();
    const auto all_labels = tensors.at(prefix + "_labels").as<std::int64_t>();
    const auto image_of = tensors.at(prefix + "_image").as<std::int64_t>();
    for (std::size_t i = 0; i < all_labels.size(); ++i) {
      Image& image = images.at(static_cast<std::size_t>(image_of[i]));
      (image.*boxes)
          .insert((image.*boxes).end(),
                  all_boxes.begin() + static_cast<std::ptrdiff_t>(4 * i),
                  all_boxes.begin() + static_cast<std::ptrdiff_t>(4 * i + 4));
      (image.*labels).push_back(all_labels[i]);
    }
  };
  fill("pred", &Image::boxes, &Image::labels);
  fill("gt", &Image::truth_boxes, &Image::truth_labels);
  const auto scores = tensors.at("pred_scores").as<float>();
  const auto image_of = tensors.at("pred_image").as<std::int64_t>();
  for (std::size_t i = 0; i < scores.size(); ++i)
    images.at(static_cast<std::size_t>(image_of[i])).scores.push_back(scores[i]);
  return images;
}

// The thresholds of pycocotools itself, in double precision.
CocoSettings double_thresholds() {
  CocoSettings settings;
  for (std::size_t i = 0; i < settings.iou_thresholds.size(); ++i) {
    settings.iou_thresholds[i] = 0.5 + static_cast<double>(i) * ((0.95 - 0.5) / 9);
  }
  settings.iou_thresholds.back() = 0.95;
  for (std::size_t i = 0; i < settings.recall_thresholds.size(); ++i) {
    settings.recall_thresholds[i] = static_cast<double>(i) * (1.0 / 100);
  }
  return settings;
}

TEST(CocoEvaluator, AgreesWithTheReference) {
  SAKER_GOLDEN(path, "metrics/expected.json");
  const auto golden = test::read_json(path);
  int compared = 0;
  for (const auto& [name, entry] : golden.items()) {
    SAKER_GOLDEN(input, "metrics/" + name + ".safetensors");
    const std::vector<Image> images = read_images(input, entry.at("num_images").get<std::size_t>());
    CocoSettings settings;
    const auto& args = entry.at("args");
    if (args.contains("iou_thresholds"))
      settings.iou_thresholds = args.at("iou_thresholds").get<std::vector<double>>();
    if (args.contains("max_detection_thresholds"))
      settings.max_detections =
          args.at("max_detection_thresholds").get<std::array<std::int64_t, 3>>();
    settings.micro_average = args.contains("average");

    const CocoResult result = evaluate(images, settings);
    std::map<std::string, double> values;
    for (std::size_t i = 0; i < 12; ++i)
      values["val_metric/" + settings.names()[i]] = result.values()[i];
    for (const CocoClassResult& c : result.classes) {
      values["val_metric_classwise/map_c" + std::to_string(c.label)] = c.average_precision;
    }
    const auto& expected = entry.at("faster_coco_eval");
    EXPECT_EQ(values.size(), expected.size()) << name;
    for (const auto& [tag, value] : expected.items()) {
      ASSERT_TRUE(values.contains(tag)) << name << " " << tag;
      EXPECT_NEAR(values.at(tag), value.get<double>(), 1e-6) << name << " " << tag;
      ++compared;
    }
  }
  EXPECT_GT(compared, 200);
}

TEST(CocoEvaluator, AgreesWithPycocotoolsInDoublePrecision) {
  SAKER_GOLDEN(path, "metrics/expected.json");
  const auto golden = test::read_json(path);
  int compared = 0;
  for (const auto& [name, entry] : golden.items()) {
    if (!entry.contains("pycocotools_default_params")) continue;
    SAKER_GOLDEN(input, "metrics/" + name + ".safetensors");
    const CocoSettings settings = double_thresholds();
    const CocoResult result =
        evaluate(read_images(input, entry.at("num_images").get<std::size_t>()), settings);
    const auto& expected = entry.at("pycocotools_default_params");
    for (std::size_t i = 0; i < 12; ++i) {
      EXPECT_NEAR(
          result.values()[i], expected.at("stats").at(settings.names()[i]).get<double>(), 1e-9)
          << name << " " << settings.names()[i];
    }
    ASSERT_EQ(result.classes.size(), expected.at("per_class").size()) << name;
    for (const CocoClassResult& c : result.classes) {
      const auto& reference = expected.at("per_class").at(std::to_string(c.label));
      EXPECT_NEAR(c.average_precision, reference.at("ap").get<double>(), 1e-9)
          << name << " class " << c.label;
      EXPECT_NEAR(c.average_recall, reference.at("ar_100").get<double>(), 1e-9)
          << name << " class " << c.label;
      for (std::size_t t = 0; t < settings.iou_thresholds.size(); ++t) {
        EXPECT_NEAR(
            c.average_precision_per_iou[t], reference.at("ap_per_iou")[t].get<double>(), 1e-9)
            << name << " class " << c.label << " threshold " << t;
        ++compared;
      }
    }
  }
  EXPECT_GT(compared, 200);
}

}  // namespace
}  // namespace saker
