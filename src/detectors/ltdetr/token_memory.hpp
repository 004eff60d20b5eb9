// The feature maps as the decoder reads them: one row of tokens.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <array>
#include <cstdint>
#include <vector>

#include "detectors/ltdetr/ltdetr_config.hpp"
#include "nn/conv_unit.hpp"

namespace saker {

struct TokenMemory {
  torch::Tensor tokens;                               // [B, S, D], levels one after the other
  std::vector<std::array<std::int64_t, 2>> sizes_hw;  // of the levels
};

// Brings the maps to the decoder's width and lays them out. Not a module: its convolutions are
// registered below the decoder's name "input_proj".
class TokenProjection {
 public:
  // always: project maps that have the width already, too.
  TokenProjection(torch::nn::Module& decoder,
                  const LevelSizes& in_channels,
                  std::int64_t width,
                  bool always);

  // maps: [B, C, h, w], finest first.
  TokenMemory operator()(const std::vector<torch::Tensor>& maps);
  void fold();

 private:
  std::vector<ConvUnit> projections_;  // [level]; empty holders where nothing is projected
};

}  // namespace saker
