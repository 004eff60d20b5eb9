// Task-aligned top-1 assignment: one prediction of the one-to-one head for each ground-truth box.
#pragma once

#include <span>
#include <vector>

#include "detectors/picodet/ground_truth.hpp"
#include "detectors/picodet/logit_planes.hpp"
#include "detectors/picodet/match.hpp"
#include "detectors/picodet/prior.hpp"
#include "saker/detections.hpp"

namespace saker {

// Matches of one image in ascending order of priors; each prior and each box at most once.
//
// classes: the image's class logits; decoded: [N] boxes in pixels, clamped to the image.
//
// The metric of a prior and a box is max(p, 1e-5)^0.5 * max(IoU, 1e-5)^6, p the probability of the
// box's label, for priors whose centre lies in the box, its border included; a box without any uses
// the one prior nearest to its centre. In rounds, each box without a prior names its best one that
// is free (the first of equals), and a prior that several boxes name goes to the one with the
// largest metric (the first of equals). A box stays without a prior only when its priors run out.
// Source: the metric of Feng et al., "TOOD", ICCV 2021.
std::vector<Match> assign_top1(const ImageLogits& classes,
                               std::span<const Prior> priors,
                               std::span<const Box> decoded,
                               const GroundTruth& truth);

}  // namespace saker
