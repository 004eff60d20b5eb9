// Predictions of several decoder layers and heads side by side, so that one operation serves all.
#pragma once

#include <torch/types.h>

#include <string>
#include <vector>

#include "detectors/ltdetr/decoder_outputs.hpp"

namespace saker {

// K sets of predictions of B images with Q queries and C classes.
struct PredictionSets {
  torch::Tensor logits;               // [K, B, Q, C] float32
  torch::Tensor boxes;                // [K, B, Q, 4] float32, cxcywh, fractions of the image
  std::vector<std::string> suffixes;  // K: what the names of their losses end with, e.g. "_aux_0"

  std::int64_t sets() const { return logits.size(0); }
  std::int64_t images() const { return logits.size(1); }
  std::int64_t queries() const { return logits.size(2); }

  // The first `count` sets.
  PredictionSets first(std::int64_t count) const;
};

// One set, with its name's ending.
struct NamedOutputs {
  const LayerOutputs* outputs;
  std::string suffix;
};

PredictionSets prediction_sets(const std::vector<NamedOutputs>& sets);

// The corners of all layers: [L, B, Q, 4 * bins] float32.
torch::Tensor stacked_corners(const std::vector<LayerOutputs>& layers);

// The layers of the queries of the image: "_aux_0", "_aux_1", ... and, for the last one, "".
std::vector<NamedOutputs> matching_layers(const DecoderPart& part);
// Of the denoising queries: "_dn_0", "_dn_1", ...
std::vector<NamedOutputs> denoising_layers(const DecoderPart& part);

}  // namespace saker
