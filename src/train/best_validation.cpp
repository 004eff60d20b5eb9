#include "train/best_validation.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

#include "metrics/detection_outcomes.hpp"

namespace saker {
namespace {

constexpr double kIou = 0.5;
constexpr std::size_t kPoints = 200;
constexpr double kDigits = 1e5;  // for people and pictures

double rounded(double value) { return std::round(value * kDigits) / kDigits; }

Value to_value(const std::optional<ScorePoint>& point) {
  if (!point) return {};
  return {{"score", point->score},
          {"precision", rounded(point->precision)},
          {"recall", rounded(point->recall)},
          {"f1", rounded(point->f1)}};
}

// At most kPoints of them, the last one included.
Value thinned(std::span<const ScorePoint> curve) {
  Value::Array points;
  const std::size_t count = std::min(curve.size(), kPoints);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t place = count == 1 ? 0 : i * (curve.size() - 1) / (count - 1);
    const ScorePoint& point = curve[place];
    points.push_back(
        Value(Value::Array{rounded(point.score), rounded(point.precision), rounded(point.recall)}));
  }
  return points;
}

void add_curve(std::span<const ClassOutcomes> outcomes, Value& target) {
  const std::vector<ScorePoint> curve = score_curve(outcomes);
  target["best"] = to_value(best_f1(curve));
  target["curve"] = thinned(curve);
}

}  // namespace

Value best_validation(std::int64_t step,
                      const CocoEvaluator& evaluation,
                      const CocoResult& result,
                      const std::vector<std::string>& class_names) {
  const std::vector<ClassOutcomes> outcomes = detection_outcomes(evaluation, kIou);
  Value value;
  value["step"] = step;
  add_curve(outcomes, value["all"]);
  Value::Array classes;
  for (std::size_t c = 0; c < result.classes.size(); ++c) {
    const CocoClassResult& found = result.classes[c];
    Value of_class;
    of_class["name"] = class_names[static_cast<std::size_t>(found.label)];
    of_class["truths"] = found.truths;
    of_class["ap"] = found.average_precision;
    of_class["ap_50"] = average_precision(outcomes[c], evaluation.settings().recall_thresholds);
    add_curve({&outcomes[c], 1}, of_class);
    classes.push_back(std::move(of_class));
  }
  value["classes"] = std::move(classes);
  return value;
}

}  // namespace saker
