// What one PicoDet head says about a batch, before decoding.
#pragma once

#include <torch/types.h>

#include <array>
#include <cstdint>
#include <vector>

namespace saker {

inline constexpr std::int64_t kPicoDetLevels = 4;
// Input pixels per cell of levels 0..3.
inline constexpr std::array<std::int64_t, kPicoDetLevels> kPicoDetStrides = {8, 16, 32, 64};
// A side's distance is the mean of a distribution over 0..kPicoDetRegMax cells.
inline constexpr std::int64_t kPicoDetRegMax = 7;

// One entry a level, finest first; h, w = ceil(H / stride), ceil(W / stride).
struct HeadOutputs {
  std::vector<torch::Tensor> cls_logits;  // [B, C, h, w]
  std::vector<torch::Tensor>
      box_logits;  // [B, 32, h, w]: left, top, right, bottom, each with 8 bins
};

}  // namespace saker
