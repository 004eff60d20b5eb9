// Inputs of the golden files of LTDETR's training, which are made from names.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "detectors/detector.hpp"
#include "detectors/ltdetr/decoder_outputs.hpp"
#include "detectors/ltdetr/denoising_queries.hpp"

namespace saker::test {

// [..., 4] cxcywh: centres in [0.15, 0.85), sizes in [0.05, 0.45).
torch::Tensor golden_boxes(const std::string& name, std::vector<std::int64_t> shape);

// One image for each count.
Targets golden_targets(const std::string& name,
                       const std::vector<std::int64_t>& counts,
                       std::int64_t classes);

// Logits in [-4, 2) and boxes that require gradients; with bins > 0 corners in [-3, 3) too.
LayerOutputs golden_layer(const std::string& name,
                          std::int64_t images,
                          std::int64_t queries,
                          std::int64_t classes,
                          std::int64_t bins = 0);

DenoisingDraws golden_draws(const std::string& name,
                            std::int64_t images,
                            std::int64_t queries,
                            std::int64_t classes);

// [n] int64.
std::vector<std::int64_t> to_list(const torch::Tensor& indices);

}  // namespace saker::test
