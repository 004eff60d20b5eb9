// SimOTA: which predictions of the one-to-many head answer for which ground-truth box.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "detectors/picodet/ground_truth.hpp"
#include "detectors/picodet/logit_planes.hpp"
#include "detectors/picodet/match.hpp"
#include "detectors/picodet/prior.hpp"
#include "saker/detections.hpp"

namespace saker {

struct SimOtaSettings {
  double center_radius = 2.5;        // in cells of the prior's own level
  std::int64_t candidate_topk = 10;  // overlaps whose sum says how many priors a box takes
  double iou_weight = 6;             // of 1 - GIoU, against the class cost at weight 1
};

// Matches of one image in ascending order of priors; at most one a prior.
//
// classes: the image's class logits. background_cost: [N], for each prior the sum over classes of
// the varifocal loss against q = 0, its logarithm clamped as kMinProbability says.
// decoded: [N] boxes in pixels.
//
// Candidates are priors whose centre lies strictly inside of any box, or nearer than center_radius
// cells to its centre on both axes. The cost of a candidate and a box is
//   VFL(candidate's classes, q = IoU at the box's label) + iou_weight (1 - GIoU)
//   + 1e8 unless both conditions hold,
// in float32. Each box takes the k candidates of least cost, k = max(1, floor(sum of its
// candidate_topk largest IoU)); a candidate taken more than once stays with the cheapest of its
// takers. Costs with the penalty are multiples of 8 and often tie: at::topk's order decides.
// Source: Ge et al., "YOLOX: Exceeding YOLO Series in 2021".
std::vector<Match> assign_simota(const ImageLogits& classes,
                                 std::span<const float> background_cost,
                                 std::span<const Prior> priors,
                                 std::span<const Box> decoded,
                                 const GroundTruth& truth,
                                 const SimOtaSettings& settings);

}  // namespace saker
