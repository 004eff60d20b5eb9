// Distances as distributions: their means, their decode to boxes, and the loss on them.
//
// A side's distance lies in [0, 7] cells and is the mean of a softmax over 8 bins.
// Source: Li et al., "Generalized Focal Loss", NeurIPS 2020.
#pragma once

#include <array>
#include <cstdint>

#include "detectors/picodet/head_outputs.hpp"
#include "detectors/picodet/logit_planes.hpp"
#include "detectors/picodet/prior.hpp"
#include "saker/detections.hpp"

namespace saker {

inline constexpr std::size_t kPicoDetBins = kPicoDetRegMax + 1;

// The largest distance that is taught, in cells.
inline constexpr float kMaxTaughtDistance = static_cast<float>(kPicoDetRegMax) - 0.01F;

// One side at one place.
struct SideDistribution {
  std::array<float, kPicoDetBins> probabilities{};
  std::array<float, kPicoDetBins> log_probabilities{};
  float mean = 0;  // cells

  // Derivative of the mean with respect to the logit of a bin.
  float mean_slope(std::size_t bin) const {
    return probabilities[bin] * (static_cast<float>(bin) - mean);
  }
};
SideDistribution side_distribution(const std::array<float, kPicoDetBins>& logits);

struct DistributionFocalTerm {
  float value = 0;
  std::array<float, kPicoDetBins> slopes{};  // with respect to the logits
};

// With t = target clamped to [0, 6.99] and k = floor(t):
//   (k + 1 - t) CE(bins, k) + (t - k) CE(bins, k + 1).
DistributionFocalTerm distribution_focal_loss(const SideDistribution& side, float target);

// Left, top, right, bottom of a place.
using PlaceSides = std::array<SideDistribution, 4>;
PlaceSides sides_at(const ImageLogits& box_logits, const Prior& prior);

// The boxes of `cells` places of one level of one image, in pixels, not clamped to the image.
//
// priors, boxes: those of the level's cells.
void decode_level(const LevelPlanes<const float>& box_logits,
                  std::int64_t image,
                  const Prior* priors,
                  Box* boxes);

}  // namespace saker
