#include "train/batch_tensors.hpp"

#include <memory>
#include <utility>

namespace saker {

torch::Tensor take_images(Batch& batch, const torch::Device& device) {
  auto pixels = std::make_shared<PooledFloats>(std::move(batch.images));
  const std::vector<std::int64_t> shape = {
      batch.count(), batch.channels, batch.size.height, batch.size.width};
  float* data = pixels->data();
  return torch::from_blob(
             data, shape, [pixels](void*) mutable { pixels.reset(); }, torch::kFloat)
      .to(device);
}

Targets make_targets(const Batch& batch, const torch::Device& device) {
  Targets targets;
  for (const Annotations& annotations : batch.annotations) {
    const auto count = static_cast<std::int64_t>(annotations.boxes.size());
    torch::Tensor boxes = torch::empty({count, 4}, torch::kFloat);
    torch::Tensor classes = torch::empty({count}, torch::kLong);
    auto* box = boxes.data_ptr<float>();
    for (const NormalizedBox& b : annotations.boxes) {
      for (const double value : {b.center_x, b.center_y, b.width, b.height})
        *box++ = static_cast<float>(value);
    }
    std::copy(
        annotations.classes.begin(), annotations.classes.end(), classes.data_ptr<std::int64_t>());
    targets.boxes_cxcywh_norm.push_back(boxes.to(device));
    targets.classes.push_back(classes.to(device));
  }
  return targets;
}

}  // namespace saker
