#include "detectors/ltdetr/decoder_trunk.hpp"

#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/modules/embedding.h>

#include <utility>

#include "saker/error.hpp"

namespace saker {
namespace {

constexpr std::int64_t kBoxHeadLayers = 3;

// The queries [first, first + count) of everything in a part.
DecoderPart narrowed(const DecoderPart& part, std::int64_t first, std::int64_t count) {
  const auto rows = [&](const torch::Tensor& tensor) {
    return tensor.defined() ? tensor.narrow(1, first, count) : tensor;
  };
  const auto layer_rows = [&](const LayerOutputs& layer) {
    return LayerOutputs{
        .logits = rows(layer.logits), .boxes = rows(layer.boxes), .corners = rows(layer.corners)};
  };
  DecoderPart result;
  for (const LayerOutputs& layer : part.layers) result.layers.push_back(layer_rows(layer));
  if (part.pre) result.pre = layer_rows(*part.pre);
  result.reference_boxes = rows(part.reference_boxes);
  return result;
}

}  // namespace

DecoderTrunk::DecoderTrunk(const DecoderConfig& config, std::int64_t classes)
    : config_(config),
      projection_(*this,
                  config.in_channels,
                  config.width,
                  /*always=*/config.kind == DecoderKind::kRtdetrV2) {
  const std::int64_t width = config.width;
  stack_ = register_module("decoder", std::make_shared<DecoderStack>());
  const auto layer_list =
      stack_->register_module("layers", std::make_shared<torch::nn::ModuleListImpl>());
  for (std::int64_t i = 0; i < config.layers; ++i) {
    layers_.emplace_back(config);
    layer_list->push_back(layers_.back());
  }
  // An embedding by its type, which decides on weight decay, but without values of its own.
  denoising_classes_ =
      register_module("denoising_class_embed",
                      torch::nn::Embedding(torch::nn::EmbeddingOptions(classes + 1, width)
                                               ._weight(torch::empty({classes + 1, width}))))
          ->weight;
  query_pos_head_ = register_module("query_pos_head", ReluMlp(4, 2 * width, width, 2));
  selection_.emplace(*this, width, classes, config.queries);
  const auto score_list =
      register_module("dec_score_head", std::make_shared<torch::nn::ModuleListImpl>());
  for (std::int64_t i = 0; i < config.layers; ++i) {
    score_heads_.emplace_back(width, classes);
    score_list->push_back(score_heads_.back());
  }
}

std::vector<ReluMlp> DecoderTrunk::add_box_heads(const char* name, std::int64_t outputs) {
  const auto list = register_module(name, std::make_shared<torch::nn::ModuleListImpl>());
  std::vector<ReluMlp> heads;
  for (std::int64_t i = 0; i < config_.layers; ++i) {
    heads.emplace_back(config_.width, config_.width, outputs, kBoxHeadLayers);
    list->push_back(heads.back());
  }
  return heads;
}

DecoderOutputs DecoderTrunk::forward_train(const std::vector<torch::Tensor>& maps,
                                           const std::optional<DenoisingQueries>& denoising) {
  if (!denoising_classes_.defined()) {
    throw Error(ErrorKind::kInternal, "the deployed form of a decoder predicts; it does not train");
  }
  const TokenMemory memory = projection_(maps);
  const SelectedQueries selected = (*selection_)(memory);
  Queries queries{.content = selected.content.detach(),
                  .boxes = selected.reference_logits.detach(),
                  .context = {.memory = memory, .sees = {}}};
  if (denoising) {
    const std::int64_t padding = denoising_classes_.size(0) - 1;
    const torch::Tensor noised = torch::embedding(denoising_classes_, denoising->classes, padding);
    queries.content = torch::cat({noised.to(queries.content.scalar_type()), queries.content}, 1);
    queries.boxes = torch::cat({denoising->reference_logits, queries.boxes}, 1);
    queries.context.sees = denoising->attention_mask.logical_not();
  }
  queries.boxes = queries.boxes.sigmoid();

  const DecoderPart all = decode(queries, /*every_layer=*/true);
  const std::int64_t noised = denoising ? denoising->classes.size(1) : 0;
  return {.matching = narrowed(all, noised, config_.queries),
          .denoising = denoising ? std::make_optional(narrowed(all, 0, noised)) : std::nullopt,
          .encoder = {.logits = selected.logits,
                      .boxes = selected.reference_logits.sigmoid(),
                      .corners = {}},
          .query_index = selected.index};
}

DecoderPrediction DecoderTrunk::forward(const std::vector<torch::Tensor>& maps) {
  const TokenMemory memory = projection_(maps);
  const SelectedQueries selected = (*selection_)(memory);
  const Queries queries{.content = selected.content.detach(),
                        .boxes = selected.reference_logits.detach().sigmoid(),
                        .context = {.memory = memory, .sees = {}}};
  DecoderPart part = decode(queries, /*every_layer=*/false);
  return {.logits = std::move(part.layers.back().logits),
          .boxes = std::move(part.layers.back().boxes),
          .query_index = selected.index};
}

void DecoderTrunk::deploy() {
  projection_.fold();
  selection_->fold();
  query_pos_head_->fold();
  for (DecoderLayer& layer : layers_) layer->fold();
  unregister_module("dec_score_head");
  for (std::size_t i = 0; i < last_layer(); ++i) score_heads_[i] = LinearUnit(nullptr);
  score_heads_.back()->fold();
  unregister_module("denoising_class_embed");
  denoising_classes_ = torch::Tensor();
}

}  // namespace saker
