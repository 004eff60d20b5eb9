// Which classes are taken for which others.
#pragma once

#include <cstdint>
#include <vector>

#include "metrics/coco_average_precision.hpp"

namespace saker {

// Counts of boxes by true class (row) and detected class (column). The last row holds detections of
// nothing, the last column truths that were not found.
class ConfusionMatrix {
 public:
  explicit ConfusionMatrix(std::int64_t classes);

  std::int64_t classes() const { return classes_; }
  std::int64_t background() const { return classes_; }
  std::int64_t count(std::int64_t truth, std::int64_t detected) const;
  void add(std::int64_t truth, std::int64_t detected);

 private:
  std::int64_t classes_;
  std::vector<std::int64_t> counts_;
};

// Detections with at least `score` and truths of any class are matched where they overlap by at
// least `iou`: the largest IoU first, of equal ones those of one class, then the higher score. Each
// is matched once. Labels must lie in [0, classes).
ConfusionMatrix confusion_matrix(const CocoEvaluator& evaluator,
                                 std::int64_t classes,
                                 double score,
                                 double iou);

}  // namespace saker
