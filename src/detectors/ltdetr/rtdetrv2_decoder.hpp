// RT-DETRv2's decoder: each layer moves the boxes of the one before.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "detectors/ltdetr/decoder_trunk.hpp"

namespace saker {

// Layer i turns its input box r_i into n_i = sigmoid(delta_i + logit(r_i)), in float32; the next
// layer starts from n_i, detached. The prediction is n_i. Trained is, for i = 0, n_0, and for
// others
//   BoxRefine::kRtdetr: sigmoid(delta_i + logit(n_(i-1))), with n_(i-1) not detached, so that a
//   layer
//     also learns from the box of the next one;
//   BoxRefine::kReference: sigmoid(delta_i + logit(n_i)), which applies the delta twice.
//
// Keys: those of DecoderTrunk, then dec_bbox_head.i.*.
// Sources: Zhao et al., "RT-DETR", CVPR 2024; Lv et al., "RT-DETRv2", arXiv 2407.17140; "look
// forward twice" of Zhang et al., "DINO", ICLR 2023.
class RtdetrV2Decoder final : public DecoderTrunk {
 public:
  RtdetrV2Decoder(const DecoderConfig& config, std::int64_t classes);

  void deploy() override;

 protected:
  DecoderPart decode(const Queries& queries, bool every_layer) override;

 private:
  std::vector<torch::Tensor> values_of(const TokenMemory& memory) const;

  std::vector<ReluMlp> bbox_heads_;  // [layer]
};

}  // namespace saker
