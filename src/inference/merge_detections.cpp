#include "inference/merge_detections.hpp"

#include <algorithm>

#include "inference/detection_formats.hpp"
#include "inference/score_threshold.hpp"

namespace saker {
namespace {

void grow(Box& box, const Box& other) {
  box = {std::min(box.x1, other.x1),
         std::min(box.y1, other.y1),
         std::max(box.x2, other.x2),
         std::max(box.y2, other.y2)};
}

}  // namespace

Detections merge_overlapping(const Detections& detections,
                             const OverlapRule& rule,
                             BoxMerge merge) {
  const Detections sorted = sorted_by_score(detections);
  BoxIndex kept_boxes(sorted.size(), rule);
  Detections kept;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const Box& box = sorted.bboxes[i];
    const auto match = kept_boxes.first_match(box, sorted.labels[i]);
    if (!match) {
      kept_boxes.add(box, sorted.labels[i]);
      kept.add(sorted.labels[i], box, sorted.scores[i]);
    } else if (merge == BoxMerge::kNmm) {
      grow(kept.bboxes[*match], box);
    }
  }
  return kept;
}

Detections without_matches(const Detections& detections,
                           const Detections& others,
                           const OverlapRule& rule) {
  BoxIndex other_boxes(others.size(), rule);
  for (std::size_t i = 0; i < others.size(); ++i)
    other_boxes.add(others.bboxes[i], others.labels[i]);
  Detections kept;
  for (std::size_t i = 0; i < detections.size(); ++i) {
    if (!other_boxes.first_match(detections.bboxes[i], detections.labels[i]))
      kept.add(detections.labels[i], detections.bboxes[i], detections.scores[i]);
  }
  return kept;
}

Detections combine_views(const Detections& whole_image,
                         const Detections& tiles,
                         const SahiArgs& args) {
  require_fraction("nms_iou_threshold", args.nms_iou_threshold);
  require_fraction("global_local_iou_threshold", args.global_local_iou_threshold);
  const Detections merged = merge_overlapping(tiles,
                                              {.measure = args.overlap_measure,
                                               .threshold = args.nms_iou_threshold,
                                               .class_wise = args.class_wise},
                                              args.merge);
  // This one is compared in float32, so that an IoU that rounds to the threshold equals it; NMS is
  // compared in double. Both as in the reference.
  const auto threshold = static_cast<double>(static_cast<float>(args.global_local_iou_threshold));
  const Detections added =
      without_matches(merged, whole_image, {.threshold = threshold, .class_wise = true});
  Detections all = whole_image;
  for (std::size_t i = 0; i < added.size(); ++i)
    all.add(added.labels[i], added.bboxes[i], added.scores[i]);
  return all;
}

}  // namespace saker
