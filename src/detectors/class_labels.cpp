#include "detectors/class_labels.hpp"

namespace saker {

Detections to_detections(const Predictions& predictions, const ClassNames& classes) {
  const torch::Tensor boxes = predictions.boxes_xyxy.to(torch::kCPU, torch::kFloat).contiguous();
  const torch::Tensor scores = predictions.scores.to(torch::kCPU, torch::kFloat).contiguous();
  const torch::Tensor indices = predictions.classes.to(torch::kCPU, torch::kLong).contiguous();
  const std::int64_t count = scores.numel();
  Detections detections;
  detections.scores.assign(scores.const_data_ptr<float>(), scores.const_data_ptr<float>() + count);
  for (std::int64_t i = 0; i < count; ++i) {
    const float* box = boxes.const_data_ptr<float>() + 4 * i;
    detections.bboxes.push_back({box[0], box[1], box[2], box[3]});
    detections.labels.push_back(
        classes[static_cast<std::size_t>(indices.const_data_ptr<std::int64_t>()[i])].first);
  }
  return detections;
}

}  // namespace saker
