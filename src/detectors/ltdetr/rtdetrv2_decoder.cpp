#include "detectors/ltdetr/rtdetrv2_decoder.hpp"

#include <torch/utils.h>

#include "detectors/ltdetr/box_operations.hpp"
#include "nn/float32_island.hpp"
#include "nn/linear_product.hpp"

namespace saker {

RtdetrV2Decoder::RtdetrV2Decoder(const DecoderConfig& config, std::int64_t classes)
    : DecoderTrunk(config, classes), bbox_heads_(add_box_heads("dec_bbox_head", 4)) {}

// The memory's values of all layers, which share its gradient; none where they are not trained.
std::vector<torch::Tensor> RtdetrV2Decoder::values_of(const TokenMemory& memory) const {
  if (!torch::GradMode::is_enabled()) return {};
  std::vector<torch::Tensor> weights, biases;
  for (const DecoderLayer& layer : layers_) {
    const Linear& projection = layer->cross_attention().value_proj();
    if (!projection) return {};
    weights.push_back(projection->weight);
    biases.push_back(projection->bias);
  }
  return linear_products(memory.tokens, weights, biases);
}

DecoderPart RtdetrV2Decoder::decode(const Queries& queries, bool every_layer) {
  DecoderPart part;
  torch::Tensor x = queries.content, reference = queries.boxes;
  torch::Tensor previous;  // the box of the layer before, not detached
  const std::vector<torch::Tensor> values = values_of(queries.context.memory);
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    x = layers_[i]->forward(x,
                            query_pos_head_->forward(reference),
                            reference,
                            queries.context,
                            values.empty() ? torch::Tensor() : values[i]);
    torch::Tensor refined, trained;
    {
      const Float32Island island;
      const torch::Tensor delta = bbox_heads_[i]->forward(x.to(torch::kFloat32));
      refined = (delta + inverse_sigmoid(reference)).sigmoid();
      if (every_layer && i > 0) {
        const bool twice = config_.box_refine == BoxRefine::kReference;
        trained = (delta + inverse_sigmoid(twice ? refined : previous)).sigmoid();
      } else {
        trained = refined;
      }
    }
    if (every_layer || i == last_layer()) {
      part.layers.push_back({.logits = score_heads_[i]->forward(x).to(torch::kFloat32),
                             .boxes = trained,
                             .corners = {}});
    }
    previous = refined;
    reference = refined.detach();
  }
  return part;
}

void RtdetrV2Decoder::deploy() {
  DecoderTrunk::deploy();
  for (ReluMlp& head : bbox_heads_) head->fold();
}

}  // namespace saker
