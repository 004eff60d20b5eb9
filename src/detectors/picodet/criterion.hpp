// PicoDet's training loss: the one-to-one criterion plus half of the dense one.
#pragma once

#include <functional>

#include "detectors/detector.hpp"
#include "detectors/picodet/head_outputs.hpp"
#include "detectors/picodet/simota_assigner.hpp"
#include "transforms/batch.hpp"

namespace saker {

// Factors of the terms, and how the dense head's positives are chosen.
struct PicoDetLossWeights {
  double vfl = 1;         // dense
  double giou = 2;        // dense
  double dfl = 0.25;      // dense
  double o2o_dfl = 0.25;  // one-to-one; its other terms have the factor 1
  SimOtaSettings simota;
};

// Replaces the dense criterion's two normalisers, counted on this process, by their sums over all
// processes, at least 1 as for one process, divided by the number of processes. Empty: one process.
using NormalizerReduction = std::function<void(double& positives, double& weight_sum)>;

// total = one-to-one + 0.5 * dense, float32 on the device of the logits and differentiable in all
// of them; logged: "loss_vfl", "loss_giou", "loss_dfl" of the dense criterion, without their
// factors.
//
// o2m, o2o: logits of the two heads for the same batch; input: size of the batch's images;
// image_share: the number of these images over its mean over all processes, which the mean over
// images of the one-to-one criterion is multiplied by.
// The work is done in float32 on the CPU, where the gradient is written down together with the
// loss; logits of another device or type are copied there. Throws Error (data) for targets that do
// not fit the logits. Source: Yu et al., "PP-PicoDet"; Feng et al., "TOOD"; Wang et al., "YOLOv10"
// (two heads without NMS).
LossTerms picodet_losses(const HeadOutputs& o2m,
                         const HeadOutputs& o2o,
                         ImageSize input,
                         const Targets& targets,
                         const PicoDetLossWeights& weights,
                         const NormalizerReduction& reduce_normalizers = {},
                         double image_share = 1);

}  // namespace saker
