// best_validation.json: what the best validation of a run found in each class, for its report.
//
//   {"step": 99, "all": {...}, "classes": [{"name": "cell", "truths": 12, "ap": 0.5, "ap_50": 0.8,
//    "best": {"score": 0.4, "precision": 0.9, "recall": 0.8, "f1": 0.85},
//    "curve": [[score, precision, recall], ...]}]}
//
// Steps count from 0. The curves and the best F1 are at IoU 0.50; curves are thinned.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "metrics/coco_average_precision.hpp"
#include "saker/value.hpp"

namespace saker {

// class_names: of the labels of the evaluation.
Value best_validation(std::int64_t step,
                      const CocoEvaluator& evaluation,
                      const CocoResult& result,
                      const std::vector<std::string>& class_names);

}  // namespace saker
