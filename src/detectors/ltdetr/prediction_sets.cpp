#include "detectors/ltdetr/prediction_sets.hpp"

#include <fmt/format.h>

namespace saker {

PredictionSets PredictionSets::first(std::int64_t count) const {
  return {.logits = logits.narrow(0, 0, count),
          .boxes = boxes.narrow(0, 0, count),
          .suffixes = {suffixes.begin(), suffixes.begin() + count}};
}

PredictionSets prediction_sets(const std::vector<NamedOutputs>& sets) {
  std::vector<torch::Tensor> logits, boxes;
  PredictionSets joined;
  for (const NamedOutputs& set : sets) {
    logits.push_back(set.outputs->logits);
    boxes.push_back(set.outputs->boxes);
    joined.suffixes.push_back(set.suffix);
  }
  joined.logits = torch::stack(logits).to(torch::kFloat);
  joined.boxes = torch::stack(boxes).to(torch::kFloat);
  return joined;
}

torch::Tensor stacked_corners(const std::vector<LayerOutputs>& layers) {
  std::vector<torch::Tensor> corners;
  for (const LayerOutputs& layer : layers) corners.push_back(layer.corners);
  return torch::stack(corners).to(torch::kFloat);
}

std::vector<NamedOutputs> matching_layers(const DecoderPart& part) {
  std::vector<NamedOutputs> named;
  for (std::size_t layer = 0; layer < part.layers.size(); ++layer) {
    const bool is_last = layer + 1 == part.layers.size();
    named.push_back({&part.layers[layer], is_last ? "" : fmt::format("_aux_{}", layer)});
  }
  return named;
}

std::vector<NamedOutputs> denoising_layers(const DecoderPart& part) {
  std::vector<NamedOutputs> named;
  for (std::size_t layer = 0; layer < part.layers.size(); ++layer) {
    named.push_back({&part.layers[layer], fmt::format("_dn_{}", layer)});
  }
  return named;
}

}  // namespace saker
