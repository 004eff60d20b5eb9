// The training criteria of LTDETR's two decoders: every term by name.
//
// Each layer's matched queries are trained towards their targets' classes and boxes, all others
// towards background. Sums over a set of predictions are divided by the number of targets (the mean
// over all processes, at least 1), for denoising queries times the number of groups. Names end with
// "" for the last decoder layer, "_aux_i" for those before, "_enc_0" for the encoder's proposals,
// "_dn_i" for denoising queries and, with D-FINE, "_pre" and "_dn_pre".
#pragma once

#include <cstdint>

#include "detectors/ltdetr/batch_targets.hpp"
#include "detectors/ltdetr/criterion_terms.hpp"
#include "detectors/ltdetr/decoder_outputs.hpp"
#include "detectors/ltdetr/ltdetr_losses.hpp"
#include "detectors/ltdetr/matched_pairs.hpp"

namespace saker {

// One batch. References must outlive the criterion's result.
struct CriterionInput {
  // Heads whose logits are undefined are left out, as are losses of undefined corners.
  const DecoderOutputs& outputs;
  const BatchTargets& targets;
  std::int64_t denoising_groups;
  const LtdetrLossSettings& settings;
  const MeanOverProcesses& mean_over_processes;
};

struct CriterionOutcome {
  CriterionTerms terms;
  bool boxes_finite = true;  // false if some predicted box had to be made safe
};

// Boxes are trained on the pairs of their own set of predictions. Source: RT-DETR.
CriterionOutcome rtdetrv2_criterion(const CriterionInput& input);

// Classes are trained on the pairs of their own set, boxes and distances on the union of the pairs
// of all sets, whose sums are divided by the number of those pairs. settings.dfine is present.
// Terms that are not finite become so. Source: D-FINE.
CriterionOutcome dfine_criterion(const CriterionInput& input);

}  // namespace saker
