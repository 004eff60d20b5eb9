// Which learning rate and weight decay each of LTDETR's parameters trains with.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <string_view>
#include <vector>

#include "detectors/recipe.hpp"

namespace saker {

// What decides on a parameter's weight decay.
struct ParameterTraits {
  std::string_view name;  // relative to the detector, "decoder.enc_score_head.weight"
  std::int64_t dimensions = 0;
  bool in_norm = false;       // the module that holds it is a normalization layer
  bool in_embedding = false;  // ... an embedding table
};

// False for what normalization layers and embedding tables hold, for tensors of at most one
// dimension, and by name for biases, tokens, queries (which includes query_pos_head), position
// embeddings and tables, temperatures and layer scales.
bool has_weight_decay(const ParameterTraits& traits);

// Whether it belongs to the pretrained backbone rather than to what connects it to the encoder.
bool is_backbone_parameter(std::string_view name);

// "backbone", "backbone_no_wd", "detector", "detector_no_wd" in this order, without those that are
// empty. A parameter with several names counts under the first one. Frozen ones are members too.
std::vector<ParameterGroup> ltdetr_parameter_groups(const torch::nn::Module& detector,
                                                    double weight_decay,
                                                    double backbone_lr_factor);

}  // namespace saker
