// The varifocal loss of a whole head: one pass over its logits for all negatives, then its few
// positives.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "detectors/picodet/logit_planes.hpp"
#include "detectors/picodet/prior.hpp"

namespace saker {

// As if no prior had a box. N priors in the order of picodet_priors.
class ClassificationLoss {
 public:
  // Computes the loss of every prior with q = 0 for all classes and, if `slopes` is not null,
  // writes its derivative by every logit there. Both must outlive this object.
  ClassificationLoss(const BatchLogits& logits,
                     std::int64_t num_priors,
                     const BatchGradient* slopes);

  // [N]: for each prior of an image the sum of varifocal_cost over the classes with q = 0.
  std::span<const float> background_cost(std::int64_t image) const;

  // Gives the logit of one prior and label the target q.
  void set_positive(std::int64_t image, const Prior& prior, std::int64_t label, float q);

  // Sum over the image's priors and classes.
  double sum(std::int64_t image) const { return sums_[static_cast<std::size_t>(image)]; }

 private:
  const BatchLogits* logits_;
  const BatchGradient* slopes_;
  std::int64_t num_priors_;
  std::vector<float> costs_;  // [B, N]
  std::vector<double> sums_;  // [B]
};

// Multiplies an image's part of a gradient.
void scale_image(const BatchGradient& gradient, std::int64_t image, float factor);

}  // namespace saker
