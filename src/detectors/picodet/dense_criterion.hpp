// The loss of PicoDet's one-to-many head, which trains the features with many positives a box.
#pragma once

#include <optional>
#include <span>

#include "detectors/picodet/criterion.hpp"
#include "detectors/picodet/criterion_result.hpp"
#include "detectors/picodet/ground_truth.hpp"
#include "detectors/picodet/head_outputs.hpp"

namespace saker {

// Positives come from assign_simota on the boxes in pixels, not clamped to the image. In units of
// cells, with b a positive's box, g its truth, w its largest class probability (constant) and
// q = max(IoU(b, g), 1e-6) (constant) the target of the truth's label:
//   vfl  = sum of the varifocal loss over all places and classes / P
//   giou = sum of w (1 - GIoU(b, g)) / W
//   dfl  = sum of w mean over the sides of DFL(distances of g) / W
// with P = max(1, sum over images of max(1, positives)) and W = max(1, sum of w).
// total = vfl_weight vfl + giou_weight giou + dfl_weight dfl.
//
// outputs: float32 on the CPU; truths: one an image. With gradient_factor, `gradients` is filled.
CriterionResult dense_criterion(const HeadOutputs& outputs,
                                std::span<const Prior> priors,
                                std::span<const GroundTruth> truths,
                                const PicoDetLossWeights& weights,
                                const NormalizerReduction& reduce_normalizers,
                                std::optional<double> gradient_factor);

}  // namespace saker
