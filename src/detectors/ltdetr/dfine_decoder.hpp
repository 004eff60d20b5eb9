// D-FINE's decoder: layers refine distributions of the distances between a first box and its edges.
#pragma once

#include <torch/types.h>

#include <array>
#include <cstdint>
#include <vector>

#include "detectors/ltdetr/decoder_trunk.hpp"
#include "detectors/ltdetr/location_quality.hpp"

namespace saker {

// Behind layer 0, b = sigmoid(pre_bbox_head(x_0) + logit(r_0)) is the box that all distances refer
// to, detached. Layer i adds to the logits of the distances,
//   C_i = dec_bbox_head_i(x_i + detach(x_(i-1))) + C_(i-1),
// and its box is what the mean distances make of b; the next layer starts from it, detached. Scores
// are corrected by LocationQuality of C_i. All of this is in float32. BoxRefine has no effect.
//
// Keys: up [1], reg_scale [1], those of DecoderTrunk (without input_proj.i for maps that have the
// width), with decoder.up and decoder.reg_scale, the same tensors, before and
// decoder.lqe_layers.i.* behind decoder.layers.i.*, then pre_bbox_head.*, dec_bbox_head.i.*. up and
// reg_scale are never trained.
// Source: Peng et al., "D-FINE", arXiv 2410.13842.
class DfineDecoder final : public DecoderTrunk {
 public:
  DfineDecoder(const DecoderConfig& config, std::int64_t classes);

  void deploy() override;

 protected:
  DecoderPart decode(const Queries& queries, bool every_layer) override;

 private:
  // The bins' positions and the scale of distances, from the parameters.
  struct Distances {
    torch::Tensor bins;  // [reg_max + 1]
    double reg_scale = 0;
  };
  const Distances& distances();

  torch::Tensor up_, reg_scale_;
  std::vector<LocationQuality> lqe_layers_;  // [layer]; empty holders for those that are given up
  ReluMlp pre_bbox_head_{nullptr};
  std::vector<ReluMlp> bbox_heads_;  // [layer]

  Distances distances_;
  // Versions of the parameters that distances_ was made from: reading a number from a device waits
  // for it, and these never change but by loading.
  std::array<std::int64_t, 2> distances_versions_ = {};
};

}  // namespace saker
