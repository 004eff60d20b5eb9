#include "metrics/confusion_matrix.hpp"

#include <algorithm>
#include <tuple>

#include "metrics/class_average_precision.hpp"

namespace saker {
namespace {

struct Pair {
  double iou = 0;
  bool same_class = false;
  float score = 0;
  std::size_t detection = 0, truth = 0;
};

std::vector<CocoBox> boxes_of(std::span<const float> corners) {
  std::vector<CocoBox> boxes;
  for (std::size_t i = 0; i + 4 <= corners.size(); i += 4)
    boxes.emplace_back(corners.subspan(i).first<4>());
  return boxes;
}

std::vector<Pair> overlapping_pairs(const CocoPredictions& predictions,
                                    const CocoTruths& truths,
                                    double score,
                                    double iou) {
  const std::vector<CocoBox> detected = boxes_of(predictions.boxes_xyxy);
  const std::vector<CocoBox> labelled = boxes_of(truths.boxes_xyxy);
  std::vector<Pair> pairs;
  for (std::size_t d = 0; d < detected.size(); ++d) {
    if (!(static_cast<double>(predictions.scores[d]) >= score)) continue;
    for (std::size_t t = 0; t < labelled.size(); ++t) {
      const double overlap = intersection_over_union(detected[d], labelled[t]);
      if (overlap < iou) continue;
      pairs.push_back({.iou = overlap,
                       .same_class = predictions.labels[d] == truths.labels[t],
                       .score = predictions.scores[d],
                       .detection = d,
                       .truth = t});
    }
  }
  std::stable_sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) {
    return std::tie(a.iou, a.same_class, a.score) > std::tie(b.iou, b.same_class, b.score);
  });
  return pairs;
}

void add_image(ConfusionMatrix& matrix,
               const CocoPredictions& predictions,
               const CocoTruths& truths,
               double score,
               double iou) {
  std::vector<bool> is_explained(predictions.labels.size()), is_found(truths.labels.size());
  for (const Pair& pair : overlapping_pairs(predictions, truths, score, iou)) {
    if (is_explained[pair.detection] || is_found[pair.truth]) continue;
    is_explained[pair.detection] = is_found[pair.truth] = true;
    matrix.add(truths.labels[pair.truth], predictions.labels[pair.detection]);
  }
  for (std::size_t d = 0; d < is_explained.size(); ++d) {
    if (!is_explained[d] && static_cast<double>(predictions.scores[d]) >= score)
      matrix.add(matrix.background(), predictions.labels[d]);
  }
  for (std::size_t t = 0; t < is_found.size(); ++t) {
    if (!is_found[t]) matrix.add(truths.labels[t], matrix.background());
  }
}

}  // namespace

ConfusionMatrix::ConfusionMatrix(std::int64_t classes)
    : classes_(classes), counts_(static_cast<std::size_t>((classes + 1) * (classes + 1))) {}

std::int64_t ConfusionMatrix::count(std::int64_t truth, std::int64_t detected) const {
  return counts_.at(static_cast<std::size_t>(truth * (classes_ + 1) + detected));
}

void ConfusionMatrix::add(std::int64_t truth, std::int64_t detected) {
  ++counts_.at(static_cast<std::size_t>(truth * (classes_ + 1) + detected));
}

ConfusionMatrix confusion_matrix(const CocoEvaluator& evaluator,
                                 std::int64_t classes,
                                 double score,
                                 double iou) {
  ConfusionMatrix matrix(classes);
  for (std::int64_t image = 0; image < evaluator.images(); ++image)
    add_image(matrix, evaluator.predictions(image), evaluator.truths(image), score, iou);
  return matrix;
}

}  // namespace saker
