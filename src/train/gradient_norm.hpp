// The norm of all gradients together, and by how much to shorten them.
#pragma once

#include <torch/types.h>

#include <vector>

#include "detectors/recipe.hpp"

namespace saker {

// L2 norm over every gradient of the groups, 0 without any; the same for any number of threads.
// Waits for the device.
double gradient_norm(const std::vector<ParameterGroup>& groups);

// min(1, max_norm / (norm + 1e-6)), the factor that shortens gradients of that norm; 1 for max_norm
// <= 0, NaN for a norm that is NaN. Source: Pascanu et al., "On the difficulty of training
// recurrent neural networks", ICML 2013.
double clip_factor(double norm, double max_norm);

}  // namespace saker
