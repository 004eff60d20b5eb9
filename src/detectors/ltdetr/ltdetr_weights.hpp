// The weights of files in the names and shapes of an LTDETR detector, and how many there are.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "backbones/backbone.hpp"
#include "detectors/ltdetr/ltdetr_config.hpp"
#include "detectors/ltdetr/ltdetr_options.hpp"
#include "weights/state_dict.hpp"

namespace saker {

// Modules with a row for each class: the score heads and the classes of denoising queries.
std::vector<std::string> ltdetr_class_modules(const DecoderConfig& decoder);

// What the weights are to fit.
struct LtdetrWeightsTarget {
  const LtdetrConfig& config;
  const Backbone& backbone;
  std::string backbone_prefix;  // of its keys in the detector
  const StateDict& own;         // of the detector
  bool reinit_class_head = false;
};

// Names of older versions become today's; entries that are no longer there are left out; those of
// the backbone are adapted as adapt_backbone_weights() tells.
//
// Rows of classes are taken by their position, whatever the classes are called: the first K of a
// file with more; a file with fewer is completed with the detector's own rows. The last row of
// denoising_class_embed is padding: the file's when it has more classes, the detector's when it has
// fewer. With reinit_class_head these modules are left out.
StateDict adapt_ltdetr_weights(const StateDict& weights, const LtdetrWeightsTarget& target);

// Of all parameters, those that prediction needs, with RepVGG's branches merged.
std::int64_t ltdetr_inference_parameter_count(const torch::nn::Module& detector,
                                              const DecoderConfig& decoder);

}  // namespace saker
