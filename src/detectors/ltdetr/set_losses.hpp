// The losses that both criteria take of a few sets of predictions with known pairs.
#pragma once

#include <cstdint>

#include "detectors/ltdetr/batch_targets.hpp"
#include "detectors/ltdetr/criterion_terms.hpp"
#include "detectors/ltdetr/loss_settings.hpp"
#include "detectors/ltdetr/matched_boxes.hpp"
#include "detectors/ltdetr/matched_pairs.hpp"
#include "detectors/ltdetr/prediction_sets.hpp"

namespace saker {

// Adds "loss_vfl" and "loss_focal", as far as the settings ask for them. iou: [K, P] of the pairs.
void add_class_losses(CriterionTerms& terms,
                      const LtdetrLossSettings& settings,
                      const PredictionSets& sets,
                      const PairIndices& pairs,
                      const BatchTargets& targets,
                      const torch::Tensor& iou,
                      double normalizer);

// Adds "loss_bbox" and "loss_giou", if the settings ask for boxes.
void add_box_losses(CriterionTerms& terms,
                    const LtdetrLossSettings& settings,
                    const PredictionSets& sets,
                    const MatchedBoxes& boxes,
                    double normalizer);

// The positives of every image's denoising queries. Throws Error (internal) unless there are
// `queries` of them.
BatchPairs denoising_matches(const BatchTargets& targets,
                             std::int64_t groups,
                             std::int64_t queries);

}  // namespace saker
