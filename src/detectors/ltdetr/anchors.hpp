// The boxes from which the encoder's proposals start: one for each place of each feature map.
#pragma once

#include <torch/types.h>

#include <array>
#include <cstdint>
#include <vector>

namespace saker {

// Tokens in the order of the levels, row by row.
struct Anchors {
  torch::Tensor logits;   // [S, 4] boxes cxcywh before the sigmoid; +inf where not valid
  torch::Tensor invalid;  // [I] int64, the tokens whose box leaves (0.01, 0.99) in any number
};

// sizes_hw: of the levels, finest first. Level l's boxes are squares of 0.05 * 2^l of the image,
// centred on the pixels. options: of the logits; float32.
Anchors make_anchors(const std::vector<std::array<std::int64_t, 2>>& sizes_hw,
                     const torch::TensorOptions& options);

}  // namespace saker
