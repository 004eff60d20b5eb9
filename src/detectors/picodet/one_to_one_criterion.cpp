#include "detectors/picodet/one_to_one_criterion.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "detectors/picodet/classification_loss.hpp"
#include "detectors/picodet/logit_planes.hpp"
#include "detectors/picodet/positive_boxes.hpp"
#include "detectors/picodet/top1_assigner.hpp"

namespace saker {
namespace {

float clamp_side(float value, float limit) { return std::max(std::min(value, limit), 0.0F); }

// Derivative of clamp_side: half at an exact tie with the upper limit.
float clamp_slope(float value, float limit) {
  if (value < 0.0F || value > limit) return 0.0F;
  return value == limit ? 0.5F : 1.0F;
}

Box clamp_box(const Box& box, float width, float height) {
  return {.x1 = clamp_side(box.x1, width),
          .y1 = clamp_side(box.y1, height),
          .x2 = clamp_side(box.x2, width),
          .y2 = clamp_side(box.y2, height)};
}

struct ImageTerms {
  double vfl = 0, giou = 0, dfl = 0;
};

}  // namespace

CriterionResult one_to_one_criterion(const HeadOutputs& outputs,
                                     std::span<const Prior> priors,
                                     std::span<const GroundTruth> truths,
                                     ImageSize input,
                                     double dfl_weight,
                                     std::optional<double> gradient_factor) {
  const BatchLogits classes(outputs.cls_logits), boxes(outputs.box_logits);
  const std::int64_t count = static_cast<std::int64_t>(priors.size());
  const float width = static_cast<float>(input.width), height = static_cast<float>(input.height);
  std::unique_ptr<BatchGradient> by_class, by_box;
  if (gradient_factor) {
    by_class = std::make_unique<BatchGradient>(outputs.cls_logits, /*zeroed=*/false);
    by_box = std::make_unique<BatchGradient>(outputs.box_logits, /*zeroed=*/true);
  }
  ClassificationLoss classification(classes, count, by_class.get());
  const std::vector<Box> decoded = decode_batch(boxes, priors);

  std::vector<ImageTerms> terms(truths.size());
  const double factor = gradient_factor.value_or(0) / static_cast<double>(truths.size());
  const auto work_on_image = [&](std::int64_t image) {
    const GroundTruth& truth = truths[static_cast<std::size_t>(image)];
    std::vector<Box> clamped(priors.size());
    for (std::size_t i = 0; i < priors.size(); ++i) {
      clamped[i] = clamp_box(decoded[static_cast<std::size_t>(image * count) + i], width, height);
    }
    const std::vector<Match> matches =
        truth.boxes.empty() ? std::vector<Match>{}
                            : assign_top1(classes.image(image), priors, clamped, truth);
    double weight_sum = 0;
    for (const Match& match : matches) weight_sum += static_cast<double>(match.iou);
    const double normalizer = std::max(weight_sum, 1.0);

    ImageTerms& own = terms[static_cast<std::size_t>(image)];
    for (const Match& match : matches) {
      const Prior& prior = priors[static_cast<std::size_t>(match.prior)];
      const Box& box = truth.boxes[static_cast<std::size_t>(match.gt)];
      classification.set_positive(
          image, prior, truth.labels[static_cast<std::size_t>(match.gt)], match.iou);
      const PositiveSides positive = positive_sides(boxes.image(image), prior, box);
      const Box& unclamped = decoded[static_cast<std::size_t>(image * count + match.prior)];
      OverlapSlope overlap =
          overlap_with_slope(clamped[static_cast<std::size_t>(match.prior)], box);
      const double w = match.iou;
      own.giou += w * (1.0 - static_cast<double>(overlap.overlap.giou)) / normalizer;
      own.dfl += w * static_cast<double>(positive.dfl_value()) / normalizer;
      if (!gradient_factor) continue;
      // From the clamped box in pixels to the free one in cells.
      Box& slope = overlap.giou_slope;
      slope.x1 *= clamp_slope(unclamped.x1, width) * prior.stride;
      slope.y1 *= clamp_slope(unclamped.y1, height) * prior.stride;
      slope.x2 *= clamp_slope(unclamped.x2, width) * prior.stride;
      slope.y2 *= clamp_slope(unclamped.y2, height) * prior.stride;
      write_box_gradient(by_box->image(image),
                         prior,
                         positive,
                         slope,
                         -factor * w / normalizer,
                         factor * dfl_weight * w / normalizer);
    }
    own.vfl = classification.sum(image) / normalizer;
    if (gradient_factor) scale_image(*by_class, image, static_cast<float>(factor / normalizer));
  };
  at::parallel_for(0, classes.images(), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t image = begin; image < end; ++image) work_on_image(image);
  });

  CriterionResult result;
  for (const ImageTerms& own : terms) {
    result.vfl += own.vfl / static_cast<double>(terms.size());
    result.giou += own.giou / static_cast<double>(terms.size());
    result.dfl += own.dfl / static_cast<double>(terms.size());
  }
  result.total = result.vfl + result.giou + dfl_weight * result.dfl;
  if (!gradient_factor) return result;
  result.gradients = by_class->tensors();
  result.gradients.insert(
      result.gradients.end(), by_box->tensors().begin(), by_box->tensors().end());
  return result;
}

}  // namespace saker
