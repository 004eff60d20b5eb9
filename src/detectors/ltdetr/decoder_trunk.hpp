// What both of LTDETR's decoders are made of: projection of the maps, selection of the queries, the
// layers, the heads. How boxes follow from the layers is left to them.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "detectors/ltdetr/decoder.hpp"
#include "detectors/ltdetr/decoder_layer.hpp"
#include "detectors/ltdetr/query_selection.hpp"
#include "detectors/ltdetr/token_memory.hpp"
#include "nn/linear_unit.hpp"
#include "nn/relu_mlp.hpp"
#include "weights/state_dict.hpp"

namespace saker {

// The module below "decoder", which holds the layers and shows some of the decoder's own tensors.
class DecoderStack : public torch::nn::Module, public SharesParameters {
 public:
  void share(std::string name, torch::Tensor tensor) {
    shared_.emplace_back(std::move(name), std::move(tensor));
  }
  std::vector<std::pair<std::string, torch::Tensor>> shared_parameters() const override {
    return shared_;
  }

 private:
  std::vector<std::pair<std::string, torch::Tensor>> shared_;
};

// Keys, in this order: input_proj.i.*, decoder.layers.i.*, denoising_class_embed.weight,
// query_pos_head.*, enc_output.*, enc_score_head.*, enc_bbox_head.*, dec_score_head.i.*, and what
// the decoder adds.
class DecoderTrunk : public Decoder {
 public:
  DecoderOutputs forward_train(
      const std::vector<torch::Tensor>& maps,
      const std::optional<DenoisingQueries>& denoising = std::nullopt) override;
  DecoderPrediction forward(const std::vector<torch::Tensor>& maps) override;
  void deploy() override;

 protected:
  DecoderTrunk(const DecoderConfig& config, std::int64_t classes);

  // What the layers start from: T = N + Q queries, denoising queries first.
  struct Queries {
    torch::Tensor content;  // [B, T, D]
    torch::Tensor boxes;    // [B, T, 4] cxcywh, float32, detached
    DecoderContext context;
  };
  // Of all T queries. With every_layer, all heads of all layers; otherwise the last layer alone.
  virtual DecoderPart decode(const Queries& queries, bool every_layer) = 0;

  // Registers a list of `layers` MLPs with three layers and so many outputs.
  std::vector<ReluMlp> add_box_heads(const char* name, std::int64_t outputs);
  DecoderStack& stack() { return *stack_; }
  std::size_t last_layer() const { return layers_.size() - 1; }

  const DecoderConfig config_;
  std::vector<DecoderLayer> layers_;
  ReluMlp query_pos_head_{nullptr};
  std::vector<LinearUnit> score_heads_;  // [layer]; empty holders for those that are given up

 private:
  TokenProjection projection_;
  std::shared_ptr<DecoderStack> stack_;
  torch::Tensor denoising_classes_;  // [K + 1, D]; row K is that of padding
  std::optional<QuerySelection> selection_;
};

}  // namespace saker
