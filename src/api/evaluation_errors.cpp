#include "api/evaluation_errors.hpp"

#include <algorithm>
#include <numeric>
#include <span>

#include "metrics/confusion_matrix.hpp"
#include "metrics/detection_outcomes.hpp"

namespace saker {
namespace {

constexpr double kIou = 0.5;

OperatingPoint to_operating_point(const ScorePoint& point) {
  return {
      .score = point.score, .precision = point.precision, .recall = point.recall, .f1 = point.f1};
}

void set_curve(std::span<const ClassOutcomes> outcomes,
               OperatingCurve& curve,
               std::optional<OperatingPoint>& best) {
  const std::vector<ScorePoint> points = score_curve(outcomes);
  std::transform(points.begin(), points.end(), std::back_inserter(curve), to_operating_point);
  if (const auto point = best_f1(points)) best = to_operating_point(*point);
}

double at_iou(const CocoClassResult& result, const CocoSettings& settings, double iou) {
  const auto place = std::find(settings.iou_thresholds.begin(), settings.iou_thresholds.end(), iou);
  if (place == settings.iou_thresholds.end()) return -1;
  return result
      .average_precision_per_iou[static_cast<std::size_t>(place - settings.iou_thresholds.begin())];
}

std::vector<ClassEvaluation> evaluate_classes(const CocoResult& result,
                                              const CocoSettings& settings,
                                              std::span<const ClassOutcomes> outcomes,
                                              const ClassNames& names) {
  std::vector<ClassEvaluation> classes;
  for (const auto& [id, name] : names) classes.push_back({.id = id, .name = name});
  for (const CocoClassResult& of_class : result.classes) {
    ClassEvaluation& target = classes[static_cast<std::size_t>(of_class.label)];
    target.truths = of_class.truths;
    target.ap = of_class.average_precision;
    target.ap_50 = at_iou(of_class, settings, 0.5);
    target.ap_75 = at_iou(of_class, settings, 0.75);
    target.recall = of_class.average_recall;
  }
  for (const ClassOutcomes& of_class : outcomes) {
    ClassEvaluation& target = classes[static_cast<std::size_t>(of_class.label)];
    set_curve({&of_class, 1}, target.curve, target.best);
  }
  return classes;
}

Box scaled_box(std::span<const float> corners, const EvaluatedImage& image) {
  const auto x = static_cast<float>(image.scale_x);
  const auto y = static_cast<float>(image.scale_y);
  return {corners[0] * x, corners[1] * y, corners[2] * x, corners[3] * y};
}

WorstImage describe_image(const CocoEvaluator& evaluation,
                          std::int64_t number,
                          const EvaluatedImage& image,
                          const ClassNames& classes,
                          double least_score) {
  const auto id = [&](std::int64_t label) {
    return classes[static_cast<std::size_t>(label)].first;
  };
  WorstImage described{.path = image.path, .lost_map_50 = 0, .detections = {}, .truths = {}};
  const CocoTruths truths = evaluation.truths(number);
  for (std::size_t i = 0; i < truths.labels.size(); ++i) {
    described.truths.labels.push_back(id(truths.labels[i]));
    described.truths.bboxes.push_back(scaled_box(truths.boxes_xyxy.subspan(4 * i, 4), image));
  }
  const CocoPredictions predictions = evaluation.predictions(number);
  for (std::size_t i = 0; i < predictions.labels.size(); ++i) {
    if (!(static_cast<double>(predictions.scores[i]) >= least_score)) continue;
    described.detections.labels.push_back(id(predictions.labels[i]));
    described.detections.bboxes.push_back(
        scaled_box(predictions.boxes_xyxy.subspan(4 * i, 4), image));
    described.detections.scores.push_back(predictions.scores[i]);
  }
  return described;
}

std::vector<WorstImage> find_worst(const CocoEvaluator& evaluation,
                                   std::span<const ClassOutcomes> outcomes,
                                   const ClassNames& classes,
                                   const std::vector<EvaluatedImage>& images,
                                   std::int64_t count,
                                   double least_score) {
  const std::vector<double> lost =
      lost_average_precision(outcomes, images.size(), evaluation.settings().recall_thresholds);
  std::vector<std::size_t> order(images.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(
      order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return lost[a] > lost[b]; });
  std::vector<WorstImage> worst;
  for (const std::size_t i : order) {
    if (static_cast<std::int64_t>(worst.size()) == count || !(lost[i] > 1e-9)) break;
    worst.push_back(
        describe_image(evaluation, static_cast<std::int64_t>(i), images[i], classes, least_score));
    worst.back().lost_map_50 = lost[i];
  }
  return worst;
}

}  // namespace

void add_errors(const CocoEvaluator& evaluation,
                const CocoResult& result,
                const ClassNames& classes,
                const std::vector<EvaluatedImage>& images,
                std::int64_t worst_images,
                EvaluationReport& report) {
  const std::vector<ClassOutcomes> outcomes = detection_outcomes(evaluation, kIou);
  report.classes = evaluate_classes(result, evaluation.settings(), outcomes, classes);
  set_curve(outcomes, report.curve, report.best);
  const double score = report.best ? report.best->score : 1;
  const auto count = static_cast<std::int64_t>(classes.size());
  const ConfusionMatrix matrix = confusion_matrix(evaluation, count, score, kIou);
  for (std::int64_t truth = 0; truth <= count; ++truth) {
    std::vector<std::int64_t>& row = report.confusion.emplace_back();
    for (std::int64_t detected = 0; detected <= count; ++detected)
      row.push_back(matrix.count(truth, detected));
  }
  if (worst_images > 0)
    report.worst = find_worst(evaluation, outcomes, classes, images, worst_images, score);
}

}  // namespace saker
