#include "metrics/coco_average_precision.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "metrics/class_average_precision.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

// A mean over the classes for which it is defined.
class Mean {
 public:
  void add(double value) {
    sum_ += value;
    ++count_;
  }
  double value() const { return count_ == 0 ? -1 : sum_ / static_cast<double>(count_); }

 private:
  double sum_ = 0;
  std::int64_t count_ = 0;
};

double mean_of(const std::vector<double>& values) {
  Mean mean;
  for (const double value : values) mean.add(value);
  return mean.value();
}

// The means over classes that make the twelve numbers.
class Summary {
 public:
  explicit Summary(const CocoSettings& settings) : settings_(&settings) {}

  void add(const ClassPrecision& precision) {
    const auto recalls = static_cast<double>(settings_->recall_thresholds.size());
    for (std::size_t range = 0; range < kAreaRanges; ++range) {
      const ClassPrecision::Range& values = precision.ranges[range];
      if (values.truths == 0) continue;
      precision_[range].add(mean_of(values.precision_sums) / recalls);
      recall_[range].add(mean_of(values.recalls));
    }
    const ClassPrecision::Range& all = precision.ranges[0];
    if (all.truths == 0) return;
    for (std::size_t m = 0; m < recall_at_fewer_.size(); ++m) {
      recall_at_fewer_[m].add(mean_of(precision.recalls_at_fewer[m]));
    }
    for (std::size_t t = 0; t < settings_->iou_thresholds.size(); ++t) {
      if (settings_->iou_thresholds[t] == 0.5) at_50_.add(all.precision_sums[t] / recalls);
      if (settings_->iou_thresholds[t] == 0.75) at_75_.add(all.precision_sums[t] / recalls);
    }
  }

  void write(CocoResult& result) const {
    result.map = precision_[0].value();
    result.map_50 = at_50_.value();
    result.map_75 = at_75_.value();
    result.map_small = precision_[1].value();
    result.map_medium = precision_[2].value();
    result.map_large = precision_[3].value();
    result.mar = {recall_at_fewer_[0].value(), recall_at_fewer_[1].value(), recall_[0].value()};
    result.mar_small = recall_[1].value();
    result.mar_medium = recall_[2].value();
    result.mar_large = recall_[3].value();
  }

 private:
  const CocoSettings* settings_;
  std::array<Mean, kAreaRanges> precision_, recall_;
  std::array<Mean, 2> recall_at_fewer_;
  Mean at_50_, at_75_;
};

CocoClassResult class_result(std::int64_t label,
                             const ClassPrecision& precision,
                             const CocoSettings& settings) {
  CocoClassResult result;
  result.label = label;
  const ClassPrecision::Range& all = precision.ranges[0];
  result.truths = all.truths;
  result.average_precision_per_iou.assign(settings.iou_thresholds.size(), -1);
  if (all.truths == 0) return result;
  for (std::size_t t = 0; t < all.precision_sums.size(); ++t) {
    result.average_precision_per_iou[t] =
        all.precision_sums[t] / static_cast<double>(settings.recall_thresholds.size());
  }
  result.average_precision = mean_of(result.average_precision_per_iou);
  result.average_recall = mean_of(all.recalls);
  return result;
}

// First entry and number of entries of an image.
std::pair<std::size_t, std::size_t> part_of(const std::vector<std::size_t>& ends,
                                            std::int64_t image) {
  const auto at = static_cast<std::size_t>(image);
  const std::size_t begin = at == 0 ? 0 : ends.at(at - 1);
  return {begin, ends.at(at) - begin};
}

std::vector<std::int64_t> distinct_labels(const std::vector<std::int64_t>& a,
                                          const std::vector<std::int64_t>& b) {
  std::unordered_set<std::int64_t> distinct(a.begin(), a.end());
  distinct.insert(b.begin(), b.end());
  std::vector<std::int64_t> labels(distinct.begin(), distinct.end());
  std::sort(labels.begin(), labels.end());
  return labels;
}

// The boxes of all images, sorted into classes. Without classes all of them belong to one.
std::vector<ClassBoxes> sort_into_classes(const std::vector<std::int64_t>& classes,
                                          std::span<const float> boxes,
                                          std::span<const float> scores,
                                          std::span<const std::int64_t> labels,
                                          std::span<const std::size_t> ends) {
  std::vector<ClassBoxes> sorted(std::max<std::size_t>(classes.size(), 1));
  std::size_t i = 0;
  for (std::size_t image = 0; image < ends.size(); ++image) {
    for (; i < ends[image]; ++i) {
      const auto place = std::lower_bound(classes.begin(), classes.end(), labels[i]);
      ClassBoxes& target =
          sorted[classes.empty() ? 0 : static_cast<std::size_t>(place - classes.begin())];
      target.boxes.emplace_back(boxes.subspan(4 * i).first<4>());
      target.images.push_back(static_cast<std::uint32_t>(image));
      if (!scores.empty()) target.scores.push_back(scores[i]);
    }
  }
  return sorted;
}

void check_lengths(const char* what, std::size_t box_values, std::size_t labels) {
  if (box_values == 4 * labels) return;
  throw Error(ErrorKind::kUsage,
              fmt::format("{} of an image: {} box values for {} labels, but each box has four",
                          what,
                          box_values,
                          labels));
}

template <typename T>
void append(std::vector<T>& all, std::span<const T> part) {
  all.insert(all.end(), part.begin(), part.end());
}

}  // namespace

std::array<double, 12> CocoResult::values() const {
  return {map,
          map_50,
          map_75,
          map_small,
          map_medium,
          map_large,
          mar[0],
          mar[1],
          mar[2],
          mar_small,
          mar_medium,
          mar_large};
}

CocoEvaluator::CocoEvaluator(CocoSettings settings) : settings_(std::move(settings)) {
  settings_.complete();
}

void CocoEvaluator::add_image(const CocoPredictions& predictions, const CocoTruths& truths) {
  check_lengths("predictions", predictions.boxes_xyxy.size(), predictions.labels.size());
  check_lengths("truths", truths.boxes_xyxy.size(), truths.labels.size());
  if (predictions.scores.size() != predictions.labels.size()) {
    throw Error(ErrorKind::kUsage,
                fmt::format("predictions of an image: {} scores for {} labels",
                            predictions.scores.size(),
                            predictions.labels.size()));
  }
  append(boxes_, predictions.boxes_xyxy);
  append(scores_, predictions.scores);
  append(labels_, predictions.labels);
  append(truth_boxes_, truths.boxes_xyxy);
  append(truth_labels_, truths.labels);
  ends_.push_back(labels_.size());
  truth_ends_.push_back(truth_labels_.size());
}

CocoPredictions CocoEvaluator::predictions(std::int64_t image) const {
  const auto [begin, count] = part_of(ends_, image);
  return {.boxes_xyxy = std::span(boxes_).subspan(4 * begin, 4 * count),
          .scores = std::span(scores_).subspan(begin, count),
          .labels = std::span(labels_).subspan(begin, count)};
}

CocoTruths CocoEvaluator::truths(std::int64_t image) const {
  const auto [begin, count] = part_of(truth_ends_, image);
  return {.boxes_xyxy = std::span(truth_boxes_).subspan(4 * begin, 4 * count),
          .labels = std::span(truth_labels_).subspan(begin, count)};
}

void CocoEvaluator::clear() {
  boxes_.clear();
  scores_.clear();
  labels_.clear();
  truth_boxes_.clear();
  truth_labels_.clear();
  ends_.clear();
  truth_ends_.clear();
}

CocoResult CocoEvaluator::compute() const {
  CocoResult result;
  result.images = images();
  const std::vector<std::int64_t> classes = distinct_labels(labels_, truth_labels_);
  if (classes.empty()) return result;

  ClassEvaluator evaluator(settings_);
  Summary summary(settings_);
  const auto predictions = sort_into_classes(classes, boxes_, scores_, labels_, ends_);
  const auto truths = sort_into_classes(classes, truth_boxes_, {}, truth_labels_, truth_ends_);
  for (std::size_t c = 0; c < classes.size(); ++c) {
    const ClassPrecision precision = evaluator.evaluate(predictions[c], truths[c]);
    result.classes.push_back(class_result(classes[c], precision, settings_));
    if (!settings_.micro_average) summary.add(precision);
  }
  if (settings_.micro_average) {
    summary.add(
        evaluator.evaluate(sort_into_classes({}, boxes_, scores_, labels_, ends_)[0],
                           sort_into_classes({}, truth_boxes_, {}, truth_labels_, truth_ends_)[0]));
  }
  summary.write(result);
  return result;
}

}  // namespace saker
