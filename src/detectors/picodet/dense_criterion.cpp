#include "detectors/picodet/dense_criterion.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "detectors/picodet/classification_loss.hpp"
#include "detectors/picodet/logit_planes.hpp"
#include "detectors/picodet/positive_boxes.hpp"
#include "detectors/picodet/varifocal_loss.hpp"

namespace saker {
namespace {

constexpr float kMinTarget = 1e-6F;

// The largest class probability at a place.
float best_score(const ImageLogits& classes, const Prior& prior) {
  float largest = classes.at(prior, 0);
  for (std::int64_t channel = 1; channel < classes.channels; ++channel) {
    largest = std::max(largest, classes.at(prior, channel));
  }
  return sigmoid(largest);
}

struct Positive {
  std::int64_t prior = 0;
  PositiveSides sides;
  OverlapSlope overlap;  // in cells
  float weight = 0;      // w
};

std::vector<Positive> positives_of(const ImageLogits& classes,
                                   const ImageLogits& boxes,
                                   std::span<const Prior> priors,
                                   const GroundTruth& truth,
                                   const std::vector<Match>& matches) {
  std::vector<Positive> positives;
  for (const Match& match : matches) {
    const Prior& prior = priors[static_cast<std::size_t>(match.prior)];
    const Box& box = truth.boxes[static_cast<std::size_t>(match.gt)];
    Positive positive;
    positive.prior = match.prior;
    positive.sides = positive_sides(boxes, prior, box);
    positive.overlap = overlap_with_slope(positive.sides.box_in_cells(prior), in_cells(box, prior));
    positive.weight = best_score(classes, prior);
    positives.push_back(positive);
  }
  return positives;
}

}  // namespace

CriterionResult dense_criterion(const HeadOutputs& outputs,
                                std::span<const Prior> priors,
                                std::span<const GroundTruth> truths,
                                const PicoDetLossWeights& weights,
                                const NormalizerReduction& reduce_normalizers,
                                std::optional<double> gradient_factor) {
  const BatchLogits classes(outputs.cls_logits), boxes(outputs.box_logits);
  const std::int64_t count = static_cast<std::int64_t>(priors.size());
  std::unique_ptr<BatchGradient> by_class, by_box;
  if (gradient_factor) {
    by_class = std::make_unique<BatchGradient>(outputs.cls_logits, /*zeroed=*/false);
    by_box = std::make_unique<BatchGradient>(outputs.box_logits, /*zeroed=*/true);
  }
  ClassificationLoss classification(classes, count, by_class.get());
  const std::vector<Box> decoded = decode_batch(boxes, priors);

  std::vector<std::vector<Positive>> positives(truths.size());
  at::parallel_for(0, classes.images(), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t image = begin; image < end; ++image) {
      const GroundTruth& truth = truths[static_cast<std::size_t>(image)];
      const std::vector<Match> matches = assign_simota(
          classes.image(image),
          classification.background_cost(image),
          priors,
          std::span(decoded).subspan(static_cast<std::size_t>(image * count), priors.size()),
          truth,
          weights.simota);
      auto& own = positives[static_cast<std::size_t>(image)];
      own = positives_of(classes.image(image), boxes.image(image), priors, truth, matches);
      for (std::size_t i = 0; i < own.size(); ++i) {
        classification.set_positive(image,
                                    priors[static_cast<std::size_t>(own[i].prior)],
                                    truth.labels[static_cast<std::size_t>(matches[i].gt)],
                                    std::max(own[i].overlap.overlap.iou, kMinTarget));
      }
    }
  });

  CriterionResult result;
  double normalizer = 0, weight_sum = 0;
  for (std::size_t image = 0; image < truths.size(); ++image) {
    normalizer += static_cast<double>(std::max<std::size_t>(positives[image].size(), 1));
    result.vfl += classification.sum(static_cast<std::int64_t>(image));
    for (const Positive& positive : positives[image]) {
      const double w = positive.weight;
      weight_sum += w;
      result.giou += w * (1.0 - static_cast<double>(positive.overlap.overlap.giou));
      result.dfl += w * static_cast<double>(positive.sides.dfl_value());
    }
  }
  if (reduce_normalizers) {
    reduce_normalizers(normalizer, weight_sum);
  } else {
    normalizer = std::max(normalizer, 1.0);
    weight_sum = std::max(weight_sum, 1.0);
  }
  result.vfl /= normalizer;
  result.giou /= weight_sum;
  result.dfl /= weight_sum;
  result.total = weights.vfl * result.vfl + weights.giou * result.giou + weights.dfl * result.dfl;
  if (!gradient_factor) return result;

  at::parallel_for(0, classes.images(), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t image = begin; image < end; ++image) {
      scale_image(
          *by_class, image, static_cast<float>(*gradient_factor * weights.vfl / normalizer));
      for (const Positive& positive : positives[static_cast<std::size_t>(image)]) {
        const double factor = *gradient_factor * static_cast<double>(positive.weight) / weight_sum;
        write_box_gradient(by_box->image(image),
                           priors[static_cast<std::size_t>(positive.prior)],
                           positive.sides,
                           positive.overlap.giou_slope,
                           -factor * weights.giou,
                           factor * weights.dfl);
      }
    }
  });
  result.gradients = by_class->tensors();
  result.gradients.insert(
      result.gradients.end(), by_box->tensors().begin(), by_box->tensors().end());
  return result;
}

}  // namespace saker
