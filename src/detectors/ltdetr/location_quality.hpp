// Scores corrected by how sure a box is of its edges.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>

#include "nn/relu_mlp.hpp"

namespace saker {

// scores + reg_conf(s), where s holds, for each of the four edges, the 4 largest of its R + 1
// probabilities, largest first, and their mean; reg_conf is an MLP 20-64-1. Keys:
// reg_conf.layers.N.*. Sources: Li et al., "Generalized Focal Loss V2", CVPR 2021; Peng et al.,
// "D-FINE", 2024.
class LocationQualityImpl : public torch::nn::Module {
 public:
  LocationQualityImpl();

  // scores: [B, Q, K] logits; corners: [B, Q, 4 (R + 1)] logits of distances. Returns [B, Q, K].
  torch::Tensor forward(const torch::Tensor& scores, const torch::Tensor& corners) const;
  void fold() { reg_conf_->fold(); }

 private:
  ReluMlp reg_conf_{nullptr};
};
TORCH_MODULE(LocationQuality);

}  // namespace saker
