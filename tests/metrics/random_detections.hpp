// Images with truths and detections for tests of metrics.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/random_stream.hpp"
#include "metrics/coco_average_precision.hpp"

namespace saker::test {

struct EvaluatedImage {
  std::vector<float> boxes, scores, truth_boxes;
  std::vector<std::int64_t> labels, truth_labels;
};

struct ScoredBox {
  std::array<float, 4> xyxy;
  float score;
  std::int64_t label;
};

struct LabelledBox {
  std::array<float, 4> xyxy;
  std::int64_t label;
};

inline void add_image(CocoEvaluator& evaluator, const EvaluatedImage& image) {
  evaluator.add_image({image.boxes, image.scores, image.labels},
                      {image.truth_boxes, image.truth_labels});
}

inline void add_image(CocoEvaluator& evaluator,
                      const std::vector<ScoredBox>& detections,
                      const std::vector<LabelledBox>& truths) {
  EvaluatedImage image;
  for (const auto& [xyxy, score, label] : detections) {
    image.boxes.insert(image.boxes.end(), xyxy.begin(), xyxy.end());
    image.scores.push_back(score);
    image.labels.push_back(label);
  }
  for (const auto& [xyxy, label] : truths) {
    image.truth_boxes.insert(image.truth_boxes.end(), xyxy.begin(), xyxy.end());
    image.truth_labels.push_back(label);
  }
  add_image(evaluator, image);
}

inline CocoEvaluator evaluation_of(const std::vector<EvaluatedImage>& images) {
  CocoEvaluator evaluator;
  for (const EvaluatedImage& image : images) add_image(evaluator, image);
  return evaluator;
}

inline std::array<float, 4> random_box(RandomStream& draws) {
  const double x = draws.uniform(0, 300);
  const double y = draws.uniform(0, 300);
  const double w = draws.uniform(5, 150);
  const double h = draws.uniform(5, 150);
  return {static_cast<float>(x),
          static_cast<float>(y),
          static_cast<float>(x + w),
          static_cast<float>(y + h)};
}

// Up to 8 truths of classes 0..3 an image, most of them found nearly; up to 5 false detections of
// classes 0..4.
inline std::vector<EvaluatedImage> random_images(std::uint64_t seed, int count) {
  std::vector<EvaluatedImage> images(static_cast<std::size_t>(count));
  RandomStream draws({.seed = seed, .purpose = "images", .epoch = 0, .index = 0});
  for (EvaluatedImage& image : images) {
    const std::int64_t truths = draws.uniform_int(0, 8);
    for (std::int64_t i = 0; i < truths; ++i) {
      const auto box = random_box(draws);
      image.truth_boxes.insert(image.truth_boxes.end(), box.begin(), box.end());
      image.truth_labels.push_back(draws.uniform_int(0, 3));
      if (draws.uniform() < 0.7) {
        for (const float value : box)
          image.boxes.push_back(value + static_cast<float>(draws.uniform(-8, 8)));
        image.labels.push_back(image.truth_labels.back());
        image.scores.push_back(static_cast<float>(draws.uniform()));
      }
    }
    const std::int64_t misses = draws.uniform_int(0, 5);
    for (std::int64_t i = 0; i < misses; ++i) {
      const auto box = random_box(draws);
      image.boxes.insert(image.boxes.end(), box.begin(), box.end());
      image.labels.push_back(draws.uniform_int(0, 4));
      image.scores.push_back(static_cast<float>(draws.uniform()));
    }
  }
  return images;
}

inline CocoEvaluator random_evaluation(std::uint64_t seed, int images) {
  return evaluation_of(random_images(seed, images));
}

}  // namespace saker::test
