#include "detectors/ltdetr/criterion.hpp"

#include <algorithm>
#include <vector>

#include "detectors/ltdetr/box_operations.hpp"
#include "detectors/ltdetr/distance_bins.hpp"
#include "detectors/ltdetr/distribution_losses.hpp"
#include "detectors/ltdetr/hungarian_matcher.hpp"
#include "detectors/ltdetr/prediction_sets.hpp"
#include "detectors/ltdetr/set_losses.hpp"
#include "detectors/ltdetr/union_matching.hpp"

namespace saker {
namespace {

// A number of pairs or targets as the divisor of a sum.
double normalizer(const CriterionInput& input, std::int64_t count) {
  const double local = static_cast<double>(count);
  return std::max(input.mean_over_processes ? input.mean_over_processes(local) : local, 1.0);
}

double denoising_normalizer(const CriterionInput& input, double boxes) {
  return boxes * static_cast<double>(std::max<std::int64_t>(input.denoising_groups, 1));
}

// All sets of predictions for the queries of the image; the decoder's layers come first.
PredictionSets matching_sets(const DecoderOutputs& outputs) {
  std::vector<NamedOutputs> sets = matching_layers(outputs.matching);
  if (outputs.matching.pre) sets.push_back({&*outputs.matching.pre, "_pre"});
  if (outputs.encoder.logits.defined()) sets.push_back({&outputs.encoder, "_enc_0"});
  return prediction_sets(sets);
}

PredictionSets denoising_sets(const DecoderPart& part) {
  std::vector<NamedOutputs> sets = denoising_layers(part);
  if (part.pre) sets.push_back({&*part.pre, "_dn_pre"});
  return prediction_sets(sets);
}

PairIndices pairs_of_denoising(const CriterionInput& input, const PredictionSets& sets) {
  return repeated_pair_indices(
      denoising_matches(input.targets, input.denoising_groups, sets.queries()),
      sets.sets(),
      input.targets,
      sets.queries());
}

// D-FINE's losses of the distances of a part's layers, which are the first L of K sets.
void add_local_losses(CriterionTerms& terms,
                      const CriterionInput& input,
                      const DecoderPart& part,
                      const PredictionSets& sets,
                      const PairIndices& pairs,
                      const MatchedBoxes& boxes,
                      const DistillationShares& shares,
                      double normalizer) {
  const LtdetrLossSettings& settings = input.settings;
  if (!settings.weight("loss_fgl") && !settings.weight("loss_ddf")) return;
  if (!part.layers.back().corners.defined()) return;
  const std::int64_t layers = static_cast<std::int64_t>(part.layers.size());
  const PredictionSets of_layers = sets.first(layers);
  const torch::Tensor corners = stacked_corners(part.layers);
  const torch::Tensor rows = pairs.rows.narrow(0, 0, layers);
  const torch::Tensor iou = boxes.iou.narrow(0, 0, layers);

  if (settings.weight("loss_fgl")) {
    const torch::Tensor references = part.reference_boxes.detach().to(torch::kFloat).flatten(0, 1);
    const torch::Tensor bins = distance_bins(*settings.dfine).to(corners.device());
    const DistanceTargets targets = distance_targets(references.index_select(0, rows[0]),
                                                     cxcywh_to_xyxy(boxes.target[0]),
                                                     bins,
                                                     settings.dfine->reg_scale);
    terms.add("loss_fgl",
              of_layers.suffixes,
              fine_grained_localization_losses(corners, rows, targets, iou),
              normalizer);
  }
  if (settings.weight("loss_ddf") && layers > 1) {
    const Teacher teacher = {.corners = corners[layers - 1],
                             .logits = of_layers.logits[layers - 1]};
    terms.add("loss_ddf",
              of_layers.first(layers - 1).suffixes,
              distillation_losses(corners.narrow(0, 0, layers - 1),
                                  teacher,
                                  rows.narrow(0, 0, layers - 1),
                                  iou.narrow(0, 0, layers - 1),
                                  shares),
              1);
  }
}

}  // namespace

CriterionOutcome rtdetrv2_criterion(const CriterionInput& input) {
  const LtdetrLossSettings& settings = input.settings;
  CriterionOutcome outcome = {.terms = CriterionTerms(settings, /*replace_non_finite=*/false)};
  const double boxes_norm = normalizer(input, input.targets.total);
  const auto add = [&](const PredictionSets& sets, const PairIndices& pairs, double norm) {
    const MatchedBoxes boxes = matched_boxes(sets.boxes, pairs, input.targets);
    add_class_losses(outcome.terms, settings, sets, pairs, input.targets, boxes.iou, norm);
    add_box_losses(outcome.terms, settings, sets, boxes, norm);
  };

  const PredictionSets sets = matching_sets(input.outputs);
  const Matching matching = match_targets(sets.logits, sets.boxes, input.targets, settings.matcher);
  outcome.boxes_finite = matching.boxes_finite;
  add(sets, pair_indices(matching.pairs, input.targets, sets.queries()), boxes_norm);
  if (input.outputs.denoising) {
    const PredictionSets noised = denoising_sets(*input.outputs.denoising);
    add(noised, pairs_of_denoising(input, noised), denoising_normalizer(input, boxes_norm));
  }
  return outcome;
}

CriterionOutcome dfine_criterion(const CriterionInput& input) {
  const LtdetrLossSettings& settings = input.settings;
  CriterionOutcome outcome = {.terms = CriterionTerms(settings, /*replace_non_finite=*/true)};
  CriterionTerms& terms = outcome.terms;
  const double boxes_norm = normalizer(input, input.targets.total);

  const PredictionSets sets = matching_sets(input.outputs);
  const Matching matching = match_targets(sets.logits, sets.boxes, input.targets, settings.matcher);
  outcome.boxes_finite = matching.boxes_finite;
  const PairIndices own = pair_indices(matching.pairs, input.targets, sets.queries());
  const MatchedBoxes own_boxes = matched_boxes(sets.boxes.detach(), own, input.targets);
  add_class_losses(terms, settings, sets, own, input.targets, own_boxes.iou, boxes_norm);

  const BatchPairs joined = union_matches(matching.pairs);
  const double union_norm = normalizer(input, pair_count(joined));
  const PairIndices pairs =
      repeated_pair_indices(joined, sets.sets(), input.targets, sets.queries());
  const MatchedBoxes boxes = matched_boxes(sets.boxes, pairs, input.targets);
  add_box_losses(terms, settings, sets, boxes, union_norm);
  // The denoising queries' losses are shared out as the others' are.
  const DistillationShares shares =
      distillation_shares(pairs.pairs(), sets.images() * sets.queries());
  add_local_losses(terms, input, input.outputs.matching, sets, pairs, boxes, shares, union_norm);

  if (input.outputs.denoising) {
    const PredictionSets noised = denoising_sets(*input.outputs.denoising);
    const PairIndices known = pairs_of_denoising(input, noised);
    const double norm = denoising_normalizer(input, boxes_norm);
    const MatchedBoxes noised_boxes = matched_boxes(noised.boxes, known, input.targets);
    add_class_losses(terms, settings, noised, known, input.targets, noised_boxes.iou, norm);
    add_box_losses(terms, settings, noised, noised_boxes, norm);
    add_local_losses(
        terms, input, *input.outputs.denoising, noised, known, noised_boxes, shares, norm);
  }
  return outcome;
}

}  // namespace saker
