// A learned grid of position embeddings, resampled to other grids.
//
// Positions are [1, 1 + n n, C]: the class token's, then an n x n grid row by row.
#pragma once

#include <torch/types.h>

#include "backbones/patch_embedding.hpp"

namespace saker {

struct PositionResampling {
  // Added to the target's size when coordinates are scaled: output i samples the stored grid at
  // (i + 0.5) n / (size + offset) - 0.5. 0: plain resizing.
  double offset = 0;
  bool antialias = true;
};

// The positions of a grid: the stored ones if the grid is theirs (as many patches, and square),
// otherwise bicubic between them (a = -0.75, or -0.5 with antialias), in float32 and back. Returns
// [1, 1 + grid.count(), C]; differentiable. The class token's position stays.
// Source: Oquab et al., "DINOv2", 2023; Darcet et al., "Vision Transformers Need Registers", 2023.
torch::Tensor resample_positions(const torch::Tensor& positions,
                                 const PatchGrid& grid,
                                 const PositionResampling& resampling);

}  // namespace saker
