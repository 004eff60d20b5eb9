// What a report tells beyond the COCO numbers: where the errors are.
#pragma once

#include <string>
#include <vector>

#include "metrics/coco_average_precision.hpp"
#include "saker/evaluate.hpp"
#include "transforms/batch.hpp"

namespace saker {

// An image of the evaluation, and how many of its pixels one of the evaluated boxes is.
struct EvaluatedImage {
  std::string path;
  double scale_x = 1, scale_y = 1;
};

// Fills classes, curve, best, confusion and worst. images: those of the evaluation, in its order.
// Labels of the evaluation are indices of `classes`.
void add_errors(const CocoEvaluator& evaluation,
                const CocoResult& result,
                const ClassNames& classes,
                const std::vector<EvaluatedImage>& images,
                std::int64_t worst_images,
                EvaluationReport& report);

}  // namespace saker
