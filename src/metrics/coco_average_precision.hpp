// Average precision and recall of detections as the COCO evaluation defines them.
//
//   CocoEvaluator evaluator;
//   for (...) evaluator.add_image({boxes, scores, labels}, {true_boxes, true_labels});
//   const CocoResult result = evaluator.compute();   // result.map, result.map_50, ...
//
// Source: Lin et al., "Microsoft COCO: Common Objects in Context", arXiv 1405.0312, and
// cocodataset.org. Agrees with faster-coco-eval and pycocotools (tests/metrics).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "metrics/coco_settings.hpp"

namespace saker {

// N boxes of one image: 4 N floats (x1, y1, x2, y2 in pixels), N scores, N labels. A score that is
// not a number counts as the lowest one, a box with such a coordinate matches nothing.
struct CocoPredictions {
  std::span<const float> boxes_xyxy;
  std::span<const float> scores;
  std::span<const std::int64_t> labels;
};

struct CocoTruths {
  std::span<const float> boxes_xyxy;
  std::span<const std::int64_t> labels;
};

// Of one label that stands in the predictions or the truths. -1 where undefined, that is without
// truths.
struct CocoClassResult {
  std::int64_t label = 0;
  double average_precision = -1;
  std::vector<double> average_precision_per_iou;  // one a threshold
  double average_recall = -1;                     // at the largest of max_detections
  std::int64_t truths = 0;
};

// Each number lies in [0, 1], or is -1 where undefined: without truths (in the range of sizes), or
// without the IoU threshold. Sizes are areas in pixels: small up to 32^2, medium from there to
// 96^2, large above; the limits belong to both ranges.
struct CocoResult {
  double map = -1, map_50 = -1, map_75 = -1, map_small = -1, map_medium = -1, map_large = -1;
  std::array<double, 3> mar = {-1, -1, -1};  // one for each of max_detections, in ascending order
  double mar_small = -1, mar_medium = -1, mar_large = -1;
  std::vector<CocoClassResult> classes;  // ascending labels
  std::int64_t images = 0;

  // The twelve numbers in the order of CocoSettings::names().
  std::array<double, 12> values() const;
};

class CocoEvaluator {
 public:
  // Throws Error (usage) for settings out of range.
  explicit CocoEvaluator(CocoSettings settings = {});

  // Copies the values. Throws Error (usage) when the lengths do not agree.
  void add_image(const CocoPredictions& predictions, const CocoTruths& truths);
  std::int64_t images() const noexcept { return static_cast<std::int64_t>(truth_ends_.size()); }
  const CocoSettings& settings() const noexcept { return settings_; }
  // As they were added; image: 0..images() - 1. Valid until the next change.
  CocoPredictions predictions(std::int64_t image) const;
  CocoTruths truths(std::int64_t image) const;
  void clear();

  // Over all images added so far. The order of the images matters only for equal scores.
  CocoResult compute() const;

 private:
  CocoSettings settings_;
  // Of all images, one after the other; an image's part ends where its entry in ..._ends_ says.
  std::vector<float> boxes_, scores_, truth_boxes_;
  std::vector<std::int64_t> labels_, truth_labels_;
  std::vector<std::size_t> ends_, truth_ends_;
};

}  // namespace saker
