// Varifocal loss: classification that learns the overlap of a positive as its score.
//
// For a logit x, p = sigmoid(x) and a target q in [0, 1]:
//   VFL(x, q) = weight * BCE(p, q),  weight = q for q > 0, 0.75 |p - q|^2 otherwise.
// The weight is part of the function that is differentiated: for q = 0, gradients flow through p^2.
// Source: Zhang et al., "VarifocalNet", CVPR 2021, with alpha 0.75 and gamma 2.
#pragma once

#include <cstdint>

namespace saker {

inline constexpr float kVarifocalAlpha = 0.75F;

struct VarifocalTerm {
  float value = 0;
  float slope = 0;  // derivative with respect to the logit
};

// One entry. q <= 0 counts as a negative.
VarifocalTerm varifocal_loss(float logit, float q);

// Probabilities are clamped to [kMinProbability, 1 - kMinProbability] inside the logarithms of an
// assigner's costs, though not in the loss.
inline constexpr float kMinProbability = 1e-7F;

// The same function with the clamped logarithms; probability = sigmoid(logit).
float varifocal_cost(float probability, float q);

// Adds the entries of `cells` logits with q = 0, cell by cell, to losses and to costs (clamped);
// writes their slopes unless `slopes` is null.
void varifocal_background(
    const float* logits, std::int64_t cells, float* losses, float* costs, float* slopes);

float sigmoid(float logit);

}  // namespace saker
