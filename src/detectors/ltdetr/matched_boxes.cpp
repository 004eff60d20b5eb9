#include "detectors/ltdetr/matched_boxes.hpp"

#include "detectors/ltdetr/box_operations.hpp"

namespace saker {

MatchedBoxes matched_boxes(const torch::Tensor& boxes,
                           const PairIndices& pairs,
                           const BatchTargets& targets) {
  const auto at = [&](const torch::Tensor& from, const torch::Tensor& index) {
    return from.index_select(0, index.flatten()).view({index.size(0), index.size(1), 4});
  };
  MatchedBoxes matched;
  matched.predicted = sanitized_boxes(at(boxes.flatten(0, 2), pairs.rows));
  matched.target = at(targets.boxes_cxcywh, pairs.targets);
  const BoxOverlaps overlaps =
      box_overlaps(cxcywh_to_xyxy(matched.predicted), cxcywh_to_xyxy(matched.target));
  matched.iou = overlaps.iou;
  matched.giou = overlaps.giou;
  return matched;
}

}  // namespace saker
