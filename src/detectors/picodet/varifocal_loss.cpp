#include "detectors/picodet/varifocal_loss.hpp"

#include <algorithm>
#include <cmath>

#include "detectors/picodet/exponential.hpp"

namespace saker {
namespace {

// -log of the smallest 1 - p that the clamp leaves, in float32.
const float kMaxBackgroundLog = -std::log(1.0F - (1.0F - kMinProbability));

struct Background {
  float loss, cost, slope;
};

// Compilers turn this into vector code only without branches, which comparisons of floats become.
inline Background background(float x, float max_log) {
  const float e = exp_minus(std::abs(x));
  const float reciprocal = 1.0F / (1.0F + e);
  const float p = by_sign(x, reciprocal, e * reciprocal);
  const float not_p = by_sign(x, e * reciprocal, reciprocal);
  const float softplus = by_sign(x, x, 0.0F) + log_one_plus(e);  // -log(1 - p)
  const float weight = kVarifocalAlpha * p * p;
  return {.loss = weight * softplus,
          .cost = weight * smaller_of(softplus, max_log),
          .slope = weight * (2.0F * not_p * softplus + p)};
}

}  // namespace

float sigmoid(float logit) { return 1.0F / (1.0F + std::exp(-logit)); }

VarifocalTerm varifocal_loss(float logit, float q) {
  if (!(q > 0)) {
    const Background term = background(logit, kMaxBackgroundLog);
    return {.value = term.loss, .slope = term.slope};
  }
  const float entropy = std::max(logit, 0.0F) - logit * q + std::log1p(std::exp(-std::abs(logit)));
  return {.value = q * entropy, .slope = q * (sigmoid(logit) - q)};
}

float varifocal_cost(float probability, float q) {
  const float clamped = std::clamp(probability, kMinProbability, 1.0F - kMinProbability);
  const float difference = std::abs(probability - q);
  const float weight = q > 0 ? q : kVarifocalAlpha * difference * difference;
  return -(q * std::log(clamped) + (1.0F - q) * std::log(1.0F - clamped)) * weight;
}

void varifocal_background(const float* __restrict logits,
                          std::int64_t cells,
                          float* __restrict losses,
                          float* __restrict costs,
                          float* __restrict slopes) {
  const float max_log = kMaxBackgroundLog;
  if (slopes == nullptr) {
    for (std::int64_t i = 0; i < cells; ++i) {
      const Background term = background(logits[i], max_log);
      losses[i] += term.loss;
      costs[i] += term.cost;
    }
    return;
  }
  for (std::int64_t i = 0; i < cells; ++i) {
    const Background term = background(logits[i], max_log);
    losses[i] += term.loss;
    costs[i] += term.cost;
    slopes[i] = term.slope;
  }
}

}  // namespace saker
