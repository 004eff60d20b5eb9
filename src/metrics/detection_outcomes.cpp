#include "metrics/detection_outcomes.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "metrics/class_average_precision.hpp"

namespace saker {
namespace {

double comparable(float score) {
  return std::isnan(score) ? -std::numeric_limits<double>::infinity() : static_cast<double>(score);
}

// Detections of one class in one image.
struct Candidate {
  float score = 0;
  CocoBox box;
};

using ByLabel = std::map<std::int64_t, std::vector<Candidate>>;

ByLabel candidates_by_label(const CocoPredictions& predictions, std::size_t limit) {
  ByLabel sorted;
  for (std::size_t i = 0; i < predictions.labels.size(); ++i) {
    sorted[predictions.labels[i]].push_back(
        {predictions.scores[i], CocoBox(predictions.boxes_xyxy.subspan(4 * i).first<4>())});
  }
  for (auto& [label, candidates] : sorted) {
    std::stable_sort(
        candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
          return comparable(a.score) > comparable(b.score);
        });
    if (candidates.size() > limit)
      candidates.erase(candidates.begin() + static_cast<std::ptrdiff_t>(limit), candidates.end());
  }
  return sorted;
}

std::map<std::int64_t, std::vector<CocoBox>> truths_by_label(const CocoTruths& truths) {
  std::map<std::int64_t, std::vector<CocoBox>> sorted;
  for (std::size_t i = 0; i < truths.labels.size(); ++i)
    sorted[truths.labels[i]].emplace_back(truths.boxes_xyxy.subspan(4 * i).first<4>());
  return sorted;
}

// Takes the free truth of the largest IoU, of equal ones the last.
bool find_truth(const CocoBox& box,
                const std::vector<CocoBox>& truths,
                double iou,
                std::vector<bool>& is_taken) {
  std::size_t best = truths.size();
  double needed = std::min(iou, kLargestNeededIou);
  for (std::size_t t = 0; t < truths.size(); ++t) {
    if (is_taken[t]) continue;
    const double overlap = intersection_over_union(box, truths[t]);
    if (!(overlap >= needed)) continue;
    needed = overlap;
    best = t;
  }
  if (best == truths.size()) return false;
  is_taken[best] = true;
  return true;
}

// Precisions at each hit, made to fall with rising recall, averaged over the recall thresholds.
// hits_before: hits that come before all of `detections`.
template <typename Keep>
double interpolated_precision(std::span<const DetectionOutcome> detections,
                              std::size_t truths,
                              std::size_t hits_before,
                              std::span<const double> recall_thresholds,
                              const Keep& keep,
                              std::vector<double>& precisions) {
  precisions.assign(hits_before, 1.0);
  std::size_t misses = 0;
  for (const DetectionOutcome& detection : detections) {
    if (!keep(detection)) continue;
    if (!detection.is_hit) {
      ++misses;
      continue;
    }
    const auto hits = static_cast<double>(precisions.size() + 1);
    precisions.push_back(
        hits / (static_cast<double>(misses) + hits + std::numeric_limits<double>::epsilon()));
  }
  for (std::size_t k = precisions.size(); k-- > 1;)
    precisions[k - 1] = std::max(precisions[k - 1], precisions[k]);
  double sum = 0;
  for (const double recall : recall_thresholds) {
    const std::size_t hits = hits_for_recall(recall, truths);
    if (hits <= precisions.size()) sum += precisions[hits - 1];
  }
  return sum / static_cast<double>(recall_thresholds.size());
}

}  // namespace

std::vector<ClassOutcomes> detection_outcomes(const CocoEvaluator& evaluator, double iou) {
  std::map<std::int64_t, ClassOutcomes> classes;
  const auto limit = static_cast<std::size_t>(evaluator.settings().max_detections.back());
  for (std::int64_t i = 0; i < evaluator.images(); ++i) {
    const auto image = static_cast<std::uint32_t>(i);
    const auto truths = truths_by_label(evaluator.truths(i));
    for (const auto& [label, boxes] : truths)
      classes[label].truths.insert(classes[label].truths.end(), boxes.size(), image);
    for (const auto& [label, candidates] : candidates_by_label(evaluator.predictions(i), limit)) {
      ClassOutcomes& of_class = classes[label];
      const auto found = truths.find(label);
      const std::vector<CocoBox> boxes =
          found == truths.end() ? std::vector<CocoBox>() : found->second;
      std::vector<bool> is_taken(boxes.size());
      for (const Candidate& candidate : candidates) {
        const bool is_hit = find_truth(candidate.box, boxes, iou, is_taken);
        // Boxes that end before they begin count for nothing.
        if (!is_hit && (candidate.box.ranges() & 1) == 0) continue;
        of_class.detections.push_back({.score = candidate.score, .image = image, .is_hit = is_hit});
      }
    }
  }
  std::vector<ClassOutcomes> outcomes;
  for (auto& [label, of_class] : classes) {
    of_class.label = label;
    std::stable_sort(of_class.detections.begin(),
                     of_class.detections.end(),
                     [](const DetectionOutcome& a, const DetectionOutcome& b) {
                       return comparable(a.score) > comparable(b.score);
                     });
    outcomes.push_back(std::move(of_class));
  }
  return outcomes;
}

std::vector<ScorePoint> score_curve(std::span<const ClassOutcomes> classes) {
  std::vector<DetectionOutcome> detections;
  std::size_t truths = 0;
  for (const ClassOutcomes& outcomes : classes) {
    detections.insert(detections.end(), outcomes.detections.begin(), outcomes.detections.end());
    truths += outcomes.truths.size();
  }
  std::vector<ScorePoint> curve;
  if (truths == 0) return curve;
  if (classes.size() > 1) {
    std::stable_sort(detections.begin(),
                     detections.end(),
                     [](const DetectionOutcome& a, const DetectionOutcome& b) {
                       return comparable(a.score) > comparable(b.score);
                     });
  }
  std::size_t hits = 0;
  for (std::size_t i = 0; i < detections.size(); ++i) {
    if (detections[i].is_hit) ++hits;
    const bool is_last_of_score =
        i + 1 == detections.size() ||
        comparable(detections[i + 1].score) != comparable(detections[i].score);
    if (!is_last_of_score || std::isnan(detections[i].score)) continue;
    const double precision = static_cast<double>(hits) / static_cast<double>(i + 1);
    const double recall = static_cast<double>(hits) / static_cast<double>(truths);
    curve.push_back({.score = static_cast<double>(detections[i].score),
                     .precision = precision,
                     .recall = recall,
                     .f1 = hits == 0 ? 0 : 2 * precision * recall / (precision + recall)});
  }
  return curve;
}

std::optional<ScorePoint> best_f1(std::span<const ScorePoint> curve) {
  const auto best =
      std::max_element(curve.begin(), curve.end(), [](const ScorePoint& a, const ScorePoint& b) {
        return a.f1 < b.f1;
      });
  if (best == curve.end()) return std::nullopt;
  return *best;
}

double average_precision(const ClassOutcomes& outcomes, std::span<const double> recall_thresholds) {
  if (outcomes.truths.empty()) return -1;
  std::vector<double> precisions;
  return interpolated_precision(
      outcomes.detections,
      outcomes.truths.size(),
      0,
      recall_thresholds,
      [](const auto&) { return true; },
      precisions);
}

std::vector<double> lost_average_precision(std::span<const ClassOutcomes> classes,
                                           std::size_t images,
                                           std::span<const double> recall_thresholds) {
  std::vector<double> lost(images, 0.0);
  std::vector<double> precisions;
  std::size_t defined = 0;
  for (const ClassOutcomes& outcomes : classes) {
    if (outcomes.truths.empty()) continue;
    ++defined;
    const double now = average_precision(outcomes, recall_thresholds);
    std::map<std::uint32_t, std::size_t> truths_of_image;  // of images that hold the class at all
    for (const std::uint32_t image : outcomes.truths) ++truths_of_image[image];
    for (const DetectionOutcome& detection : outcomes.detections)
      truths_of_image.try_emplace(detection.image, 0);
    for (const auto& [image, truths] : truths_of_image) {
      const double perfect = interpolated_precision(
          outcomes.detections,
          outcomes.truths.size(),
          truths,
          recall_thresholds,
          [image = image](const DetectionOutcome& detection) { return detection.image != image; },
          precisions);
      lost[image] += perfect - now;
    }
  }
  if (defined > 0) {
    for (double& value : lost) value /= static_cast<double>(defined);
  }
  return lost;
}

}  // namespace saker
