// Queries read the feature maps at a few points near their boxes.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "detectors/ltdetr/ltdetr_config.hpp"
#include "detectors/ltdetr/token_memory.hpp"
#include "nn/folded_linear.hpp"
#include "nn/linear.hpp"

namespace saker {

struct DeformableCrossAttentionOptions {
  std::int64_t width = 0;  // D
  std::int64_t heads = 8;  // M, divides D
  LevelSizes points = {};  // of a head on each level; P together
  // Whether values and outputs are projected. D-FINE reads the tokens as they are, each head its
  // own D / M channels, and leaves the joining to a gate.
  bool projected = true;
};

// Point p of head m samples at centre + 0.5 * offset(m, p) * size of the box / n, with n the number
// of points on p's level. Its weight comes from a softmax over all points of the head. Offsets,
// weights: linear in the query.
//
// Keys, in this order: buffer num_points_scale [P] (1 / n), sampling_offsets.* [M, P, 2],
// attention_weights.* [M, P], and, if projected, value_proj.*, output_proj.*.
// Source: Zhu et al., "Deformable DETR", ICLR 2021; Lv et al., "RT-DETRv2", 2024, section 3.
class DeformableCrossAttentionImpl : public torch::nn::Module {
 public:
  explicit DeformableCrossAttentionImpl(const DeformableCrossAttentionOptions& options);

  // query: [B, Q, D]; boxes: [B, Q, 4] cxcywh, fractions of the image; value: value_proj of the
  // memory, where the caller has it, else undefined. Returns [B, Q, D].
  torch::Tensor forward(const torch::Tensor& query,
                        const torch::Tensor& boxes,
                        const TokenMemory& memory,
                        const torch::Tensor& value = {}) const;

  // Null when not projected and in the form for prediction.
  const Linear& value_proj() const { return value_proj_; }

  // For good, into the form for prediction: on the CPU, heads sum up whole tokens and project the
  // sums, which are far fewer than the tokens.
  void fold();

 private:
  struct Points {
    torch::Tensor locations;  // [B, Q, M, P, 2]
    torch::Tensor weights;    // [B, Q, M, P]
  };
  Points points_of(const torch::Tensor& query, const torch::Tensor& boxes) const;
  torch::Tensor project_sums(const torch::Tensor& tokens, const torch::Tensor& coverage) const;

  DeformableCrossAttentionOptions options_;
  std::vector<std::int64_t> level_points_;
  std::int64_t head_points_ = 0;  // P
  torch::Tensor num_points_scale_;
  Linear sampling_offsets_{nullptr}, attention_weights_{nullptr};
  Linear value_proj_{nullptr}, output_proj_{nullptr};

  FoldedLinear folded_points_;  // offsets, scaled, then weights
  FoldedLinear folded_output_;
  torch::Tensor head_weight_;  // [M, D, D / M], of the values
  torch::Tensor head_bias_;    // [M, D / M]
};
TORCH_MODULE(DeformableCrossAttention);

}  // namespace saker
