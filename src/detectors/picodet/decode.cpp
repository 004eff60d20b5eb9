#include "detectors/picodet/decode.hpp"

namespace saker {

torch::Tensor level_centers(std::int64_t height,
                            std::int64_t width,
                            std::int64_t stride,
                            const torch::TensorOptions& options) {
  const auto scale = static_cast<double>(stride);
  const torch::Tensor x =
      ((torch::arange(width, options) + 0.5) * scale).view({1, width}).expand({height, width});
  const torch::Tensor y =
      ((torch::arange(height, options) + 0.5) * scale).view({height, 1}).expand({height, width});
  return torch::stack({x, y}, -1).view({height * width, 2});
}

torch::Tensor expected_distances(const torch::Tensor& box_logits) {
  const torch::Tensor bins = box_logits.unflatten(-1, {4, kPicoDetRegMax + 1});
  const torch::Tensor values = torch::arange(kPicoDetRegMax + 1, box_logits.options());
  return torch::matmul(bins.softmax(-1), values);
}

torch::Tensor distances_to_boxes(const torch::Tensor& centers, const torch::Tensor& distances) {
  return torch::cat({centers - distances.slice(-1, 0, 2), centers + distances.slice(-1, 2, 4)}, -1);
}

torch::Tensor flatten_locations(const torch::Tensor& map) { return map.flatten(2).transpose(1, 2); }

torch::Tensor decode_boxes(const std::vector<torch::Tensor>& box_logits) {
  std::vector<torch::Tensor> boxes;
  for (std::size_t level = 0; level < box_logits.size(); ++level) {
    const torch::Tensor map = box_logits[level].to(torch::kFloat32);
    const std::int64_t stride = kPicoDetStrides[level];
    const torch::Tensor centers =
        level_centers(map.size(2), map.size(3), stride, map.options().requires_grad(false));
    const auto scale = static_cast<double>(stride);
    boxes.push_back(
        distances_to_boxes(centers / scale, expected_distances(flatten_locations(map))) * scale);
  }
  return torch::cat(boxes, 1);
}

torch::Tensor peak_logits(const torch::Tensor& cls_logits, std::size_t level) {
  const std::int64_t window = kPeakWindows[level];
  const torch::Tensor best = cls_logits.to(torch::kFloat32).amax(1, /*keepdim=*/true);
  const torch::Tensor probability = best.sigmoid();
  const torch::Tensor pooled = torch::max_pool2d(probability, window, 1, window / 2);
  const torch::Tensor keep = (probability >= kPeakThresholds[level]) & (probability == pooled);
  return torch::where(keep, best, torch::full({}, kSuppressedLogit, best.options()));
}

DecodedOutputs decode_one_to_one(const HeadOutputs& head,
                                 ImageSize input,
                                 std::optional<ImageSize> original) {
  std::vector<torch::Tensor> obj_logits, cls_logits;
  for (std::size_t level = 0; level < head.cls_logits.size(); ++level) {
    const torch::Tensor logits = head.cls_logits[level].to(torch::kFloat32);
    const torch::Tensor best = peak_logits(logits, level);
    obj_logits.push_back(best.flatten(1));
    cls_logits.push_back(flatten_locations(torch::where(best == kSuppressedLogit, best, logits)));
  }
  return {scale_and_clamp(decode_boxes(head.box_logits), input, original.value_or(input)),
          torch::cat(obj_logits, 1),
          torch::cat(cls_logits, 1)};
}

torch::Tensor scale_and_clamp(const torch::Tensor& boxes_xyxy,
                              ImageSize input,
                              ImageSize original) {
  const auto height = static_cast<float>(original.height);
  const auto width = static_cast<float>(original.width);
  const auto row = [&](float x, float y) {
    return torch::tensor({x, y, x, y}).to(boxes_xyxy.device());
  };
  torch::Tensor boxes = boxes_xyxy;
  if (original != input) {
    boxes = boxes *
            row(width / static_cast<float>(input.width), height / static_cast<float>(input.height));
  }
  return torch::minimum(boxes, row(width, height)).clamp_min(0);
}

}  // namespace saker
