#include "detectors/picodet/distribution_focal_loss.hpp"

#include <algorithm>
#include <cmath>

#include "detectors/picodet/exponential.hpp"

namespace saker {
namespace {

constexpr std::int64_t kBlock = 64;

// Adds one bin's exponentials. A function of its own, since the compiler finds no vector code for
// the loop inside of the one over bins.
[[gnu::noinline]] void add_bin(const float* __restrict plane,
                               const float* __restrict largest,
                               float distance,
                               std::int64_t count,
                               float* __restrict sums,
                               float* __restrict weighted) {
  for (std::int64_t i = 0; i < count; ++i) {
    const float e = exp_minus(largest[i] - plane[i]);
    sums[i] += e;
    weighted[i] += distance * e;
  }
}

// Means of one side over at most kBlock neighbouring cells. first: the plane of bin 0.
void side_means(const float* first, std::int64_t channel_stride, std::int64_t count, float* means) {
  float largest[kBlock];
  float sums[kBlock] = {};
  float weighted[kBlock] = {};
  std::copy(first, first + count, largest);
  for (std::size_t bin = 1; bin < kPicoDetBins; ++bin) {
    const float* plane = first + static_cast<std::int64_t>(bin) * channel_stride;
    for (std::int64_t i = 0; i < count; ++i) {
      largest[i] = plane[i] > largest[i] ? plane[i] : largest[i];
    }
  }
  for (std::size_t bin = 0; bin < kPicoDetBins; ++bin) {
    const float* plane = first + static_cast<std::int64_t>(bin) * channel_stride;
    add_bin(plane, largest, static_cast<float>(bin), count, sums, weighted);
  }
  for (std::int64_t i = 0; i < count; ++i) means[i] = weighted[i] / sums[i];
}

}  // namespace

SideDistribution side_distribution(const std::array<float, kPicoDetBins>& logits) {
  const float largest = *std::max_element(logits.begin(), logits.end());
  float sum = 0;
  for (const float logit : logits) sum += std::exp(logit - largest);
  const float log_sum = largest + std::log(sum);
  SideDistribution side;
  for (std::size_t bin = 0; bin < kPicoDetBins; ++bin) {
    side.log_probabilities[bin] = logits[bin] - log_sum;
    side.probabilities[bin] = std::exp(logits[bin] - largest) / sum;
    side.mean += static_cast<float>(bin) * side.probabilities[bin];
  }
  return side;
}

DistributionFocalTerm distribution_focal_loss(const SideDistribution& side, float target) {
  const float t = std::clamp(target, 0.0F, kMaxTaughtDistance);
  const float lower = std::floor(t);
  const std::size_t k = static_cast<std::size_t>(lower);
  const float lower_weight = lower + 1.0F - t, upper_weight = t - lower;
  DistributionFocalTerm term;
  term.value =
      -lower_weight * side.log_probabilities[k] - upper_weight * side.log_probabilities[k + 1];
  term.slopes = side.probabilities;
  term.slopes[k] -= lower_weight;
  term.slopes[k + 1] -= upper_weight;
  return term;
}

PlaceSides sides_at(const ImageLogits& box_logits, const Prior& prior) {
  PlaceSides sides;
  for (std::size_t side = 0; side < sides.size(); ++side) {
    std::array<float, kPicoDetBins> logits{};
    for (std::size_t bin = 0; bin < kPicoDetBins; ++bin) {
      logits[bin] = box_logits.at(prior, static_cast<std::int64_t>(side * kPicoDetBins + bin));
    }
    sides[side] = side_distribution(logits);
  }
  return sides;
}

void decode_level(const LevelPlanes<const float>& box_logits,
                  std::int64_t image,
                  const Prior* priors,
                  Box* boxes) {
  for (std::int64_t begin = 0; begin < box_logits.cells; begin += kBlock) {
    const std::int64_t count = std::min(kBlock, box_logits.cells - begin);
    float means[4][kBlock];
    for (std::int64_t side = 0; side < 4; ++side) {
      const float* first =
          box_logits.plane(image, side * static_cast<std::int64_t>(kPicoDetBins)) + begin;
      side_means(first, box_logits.channel_stride, count, means[side]);
    }
    for (std::int64_t i = 0; i < count; ++i) {
      const Prior& prior = priors[begin + i];
      const float x = prior.x / prior.stride, y = prior.y / prior.stride;
      boxes[begin + i] = {.x1 = (x - means[0][i]) * prior.stride,
                          .y1 = (y - means[1][i]) * prior.stride,
                          .x2 = (x + means[2][i]) * prior.stride,
                          .y2 = (y + means[3][i]) * prior.stride};
    }
  }
}

}  // namespace saker
