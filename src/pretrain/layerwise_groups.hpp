// The optimizer's groups of a vision transformer and its heads, with rates that fall towards the
// image.
//
// Source: Clark et al., "ELECTRA", ICLR 2020 (layer-wise decay); Bao et al., "BEiT", ICLR 2022.
#pragma once

#include <torch/nn/module.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "detectors/recipe.hpp"

namespace saker {

struct LayerwiseRates {
  std::int64_t blocks = 0;  // of the backbone
  double decay = 1;         // factor of the rate from a block to the one before it
  double patch_embed = 1;   // further factor of the patch embedding's
  double weight_decay = 0;  // of weights and tokens; 0 for biases, norms and layer scales
};

// A module whose keys get a prefix.
using NamedModule = std::pair<std::string, const torch::nn::Module*>;

// Parameters with equal rate, decay and kind (backbone, head, last layer) are a group, which has
// the key of its first parameter as its name; in the order of the parameters.
std::vector<ParameterGroup> layerwise_groups(const NamedModule& backbone,
                                             const std::vector<NamedModule>& heads,
                                             const LayerwiseRates& rates);

}  // namespace saker
