#include "detectors/ltdetr/set_losses.hpp"

#include <fmt/format.h>

#include "detectors/ltdetr/classification_losses.hpp"
#include "detectors/ltdetr/denoising_queries.hpp"
#include "saker/error.hpp"

namespace saker {

void add_class_losses(CriterionTerms& terms,
                      const LtdetrLossSettings& settings,
                      const PredictionSets& sets,
                      const PairIndices& pairs,
                      const BatchTargets& targets,
                      const torch::Tensor& iou,
                      double normalizer) {
  const MatchedEntries matched = {
      .rows = pairs.rows,
      .classes = targets.classes.index_select(0, pairs.targets.flatten()).view_as(pairs.rows)};
  if (settings.weight("loss_vfl")) {
    terms.add("loss_vfl",
              sets.suffixes,
              varifocal_losses(sets.logits, matched, iou, settings.alpha, settings.gamma),
              normalizer);
  }
  if (settings.weight("loss_focal")) {
    terms.add("loss_focal",
              sets.suffixes,
              focal_losses(sets.logits, matched, settings.alpha, settings.gamma),
              normalizer);
  }
}

void add_box_losses(CriterionTerms& terms,
                    const LtdetrLossSettings& settings,
                    const PredictionSets& sets,
                    const MatchedBoxes& boxes,
                    double normalizer) {
  if (settings.weight("loss_bbox")) {
    terms.add("loss_bbox", sets.suffixes, boxes.l1_losses(), normalizer);
  }
  if (settings.weight("loss_giou")) {
    terms.add("loss_giou", sets.suffixes, boxes.giou_losses(), normalizer);
  }
}

BatchPairs denoising_matches(const BatchTargets& targets,
                             std::int64_t groups,
                             std::int64_t queries) {
  if (queries != 2 * targets.most * groups) {
    throw Error(ErrorKind::kInternal,
                fmt::format("the decoder gave {} denoising queries; {} groups for at most {} "
                            "targets make {}",
                            queries,
                            groups,
                            targets.most,
                            2 * targets.most * groups));
  }
  BatchPairs pairs;
  for (const std::int64_t count : targets.counts) {
    pairs.push_back(denoising_pairs(count, targets.most, groups));
  }
  return pairs;
}

}  // namespace saker
