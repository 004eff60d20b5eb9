#include "detectors/ltdetr/top_k_decode.hpp"

#include <algorithm>

#include "detectors/ltdetr/box_operations.hpp"

namespace saker {

std::vector<Predictions> top_k_decode(const DecoderPrediction& prediction,
                                      const std::vector<ImageSize>& sizes,
                                      std::int64_t max_detections) {
  const std::int64_t classes = prediction.logits.size(2);
  const torch::Tensor logits = prediction.logits.flatten(1);  // [B, Q * K]
  // The sigmoid keeps the order, so that only the best need it.
  const auto [best, place] = logits.topk(std::min(max_detections, logits.size(1)), 1);
  const torch::Tensor scores = best.sigmoid();
  const torch::Tensor query = place.div(classes, "floor"), label = place.remainder(classes);
  std::vector<Predictions> predictions;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const auto b = static_cast<std::int64_t>(i);
    const auto width = static_cast<float>(sizes[i].width);
    const auto height = static_cast<float>(sizes[i].height);
    const torch::Tensor boxes =
        cxcywh_to_xyxy(prediction.boxes[b].index_select(0, query[b])) *
        torch::tensor({width, height, width, height}).to(prediction.boxes.device());
    predictions.push_back({boxes, scores[b], label[b]});
  }
  return predictions;
}

}  // namespace saker
