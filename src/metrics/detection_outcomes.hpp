// Which detections are right at one IoU threshold, and what a least score makes of precision and
// recall.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "metrics/coco_average_precision.hpp"

namespace saker {

// A detection among those of its class.
struct DetectionOutcome {
  float score = 0;
  std::uint32_t image = 0;  // 0-based
  bool is_hit = false;      // matched with a truth of its class that no better detection has
};

struct ClassOutcomes {
  std::int64_t label = 0;
  std::vector<DetectionOutcome> detections;  // highest score first, equal ones by image
  std::vector<std::uint32_t> truths;         // the image of each, ascending
};

// As the COCO evaluation matches: highest score first, each detection with the truth of the largest
// IoU that is still free, at most max_detections an image and class. iou: of the evaluator's
// thresholds or any other in (0, 1]. Classes in ascending order of labels.
std::vector<ClassOutcomes> detection_outcomes(const CocoEvaluator& evaluator, double iou);

// What is left when detections below `score` are dropped. Numbers in [0, 1].
struct ScorePoint {
  double score = 0;
  double precision = 0;  // hits among what is kept
  double recall = 0;     // hits among the truths
  double f1 = 0;         // harmonic mean of both
};

// One point for each score that occurs, descending. Empty without detections or truths. Outcomes of
// several classes together give the curve over all classes.
std::vector<ScorePoint> score_curve(std::span<const ClassOutcomes> classes);

// The point of the largest F1; of equal ones that of the highest score.
std::optional<ScorePoint> best_f1(std::span<const ScorePoint> curve);

// The mean of the best precision from each recall on, which for the evaluator's recall thresholds
// is the COCO average precision of the class at that IoU; -1 without truths.
double average_precision(const ClassOutcomes& outcomes, std::span<const double> recall_thresholds);

// For each image, how much the mean average precision over classes would rise if all of the image's
// truths were found with the highest score and none of its detections were false: at least 0 but
// for rounding.
std::vector<double> lost_average_precision(std::span<const ClassOutcomes> classes,
                                           std::size_t images,
                                           std::span<const double> recall_thresholds);

}  // namespace saker
