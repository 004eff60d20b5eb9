// The loss of PicoDet's one-to-one head, whose peaks are the detections.
#pragma once

#include <optional>
#include <span>

#include "detectors/picodet/criterion_result.hpp"
#include "detectors/picodet/ground_truth.hpp"
#include "detectors/picodet/head_outputs.hpp"
#include "detectors/picodet/prior.hpp"
#include "transforms/batch.hpp"

namespace saker {

// Positives come from assign_top1 on the boxes in pixels, clamped to the image (where a side is
// clamped, no gradient flows). Each image has its own normalisers; with w the IoU at assignment
// (constant):
//   vfl  = sum of the varifocal loss with targets w / max(1, sum of w)
//   giou = sum of w (1 - GIoU(box, truth)) / max(1, sum of w), in pixels
//   dfl  = sum of w mean over the sides of DFL(distances of the truth) / max(1, sum of w), in cells
// total = mean over images of (vfl + giou + dfl_weight dfl); the terms are means as well. An image
// without boxes thus contributes its whole varifocal sum.
//
// outputs: float32 on the CPU; truths: one an image. With gradient_factor, `gradients` is filled.
CriterionResult one_to_one_criterion(const HeadOutputs& outputs,
                                     std::span<const Prior> priors,
                                     std::span<const GroundTruth> truths,
                                     ImageSize input,
                                     double dfl_weight,
                                     std::optional<double> gradient_factor);

}  // namespace saker
