// Which tokens of the encoder become the decoder's queries.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/normalization.h>
#include <torch/types.h>

#include <array>
#include <cstdint>
#include <vector>

#include "detectors/ltdetr/anchors.hpp"
#include "detectors/ltdetr/decoder_outputs.hpp"
#include "detectors/ltdetr/token_memory.hpp"
#include "nn/linear_unit.hpp"
#include "nn/relu_mlp.hpp"

namespace saker {

struct SelectedQueries {
  torch::Tensor content;           // [B, Q, D]
  torch::Tensor reference_logits;  // [B, Q, 4] boxes cxcywh before the sigmoid, float32
  torch::Tensor logits;            // [B, Q, K] of the encoder's score head; undefined when deployed
  torch::Tensor index;             // [B, Q] int64, best first
};

// Scores every token and takes the Q best by their best class. Tokens without a valid anchor take
// part with an empty content. All outputs but the index carry gradients.
//
// Not a module: it registers below the decoder, in this order, enc_output.{proj, norm}.*,
// enc_score_head.*, enc_bbox_head.*.
// Source: Zhao et al., RT-DETR, section 4.3.
class QuerySelection {
 public:
  QuerySelection(torch::nn::Module& decoder,
                 std::int64_t width,
                 std::int64_t classes,
                 std::int64_t queries);

  // Throws Error (usage) when there are fewer tokens than queries.
  SelectedQueries operator()(const TokenMemory& memory);
  void fold();

 private:
  const Anchors& anchors_of(const TokenMemory& memory);

  std::int64_t queries_;
  LinearUnit proj_{nullptr}, score_head_{nullptr};
  torch::nn::LayerNorm norm_{nullptr};
  ReluMlp bbox_head_{nullptr};
  bool folded_ = false;
  Anchors anchors_;  // of the sizes seen last
  std::vector<std::array<std::int64_t, 2>> anchors_of_hw_;
};

}  // namespace saker
