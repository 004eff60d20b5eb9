#include "detectors/picodet/postprocess.hpp"

#include <algorithm>

namespace saker {
namespace {

torch::Tensor scaled(const torch::Tensor& boxes_xyxy, double x_factor, double y_factor) {
  const auto x = static_cast<float>(x_factor);
  const auto y = static_cast<float>(y_factor);
  return boxes_xyxy * torch::tensor({x, y, x, y}).to(boxes_xyxy.device());
}

double ratio(std::int64_t a, std::int64_t b) {
  return static_cast<double>(a) / static_cast<double>(b);
}

float iou(const float* a, const float* b) {
  const float width = std::max(std::min(a[2], b[2]) - std::max(a[0], b[0]), 0.0F);
  const float height = std::max(std::min(a[3], b[3]) - std::max(a[1], b[1]), 0.0F);
  const float overlap = width * height;
  const float areas = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]);
  return overlap / (areas - overlap);
}

}  // namespace

Predictions peak_predictions(const HeadOutputs& one_to_one,
                             std::int64_t index,
                             ImageSize input,
                             ImageSize original) {
  std::vector<torch::Tensor> boxes, scores, classes;
  for (std::size_t level = 0; level < one_to_one.cls_logits.size(); ++level) {
    const torch::Tensor cls_logits =
        one_to_one.cls_logits[level].narrow(0, index, 1).to(torch::kFloat32);  // [1, C, h, w]
    const torch::Tensor best = peak_logits(cls_logits, level).flatten();       // [h * w]
    const torch::Tensor kept = (best > kSuppressedLogit).nonzero().flatten();
    const torch::Tensor box_logits =
        one_to_one.box_logits[level].narrow(0, index, 1).to(torch::kFloat32);

    const auto stride = static_cast<double>(kPicoDetStrides[level]);
    const torch::Tensor centers = level_centers(
        cls_logits.size(2), cls_logits.size(3), kPicoDetStrides[level], best.options());
    const torch::Tensor distances =
        expected_distances(flatten_locations(box_logits)[0].index_select(0, kept));
    boxes.push_back(distances_to_boxes(centers.index_select(0, kept) / stride, distances) * stride);
    scores.push_back(best.index_select(0, kept).sigmoid());
    classes.push_back(flatten_locations(cls_logits)[0].index_select(0, kept).argmax(1));
  }
  return {
      scale_and_clamp(torch::cat(boxes), input, original), torch::cat(scores), torch::cat(classes)};
}

Predictions postprocess(const DecodedOutputs& decoded,
                        std::int64_t index,
                        ImageSize input,
                        ImageSize original,
                        double threshold) {
  const torch::Tensor scores = decoded.obj_logits[index].sigmoid();
  const torch::Tensor kept = (scores > threshold).nonzero().flatten();
  const torch::Tensor boxes = decoded.boxes_xyxy[index].index_select(0, kept);
  return {scaled(boxes, ratio(original.width, input.width), ratio(original.height, input.height)),
          scores.index_select(0, kept),
          decoded.cls_logits[index].index_select(0, kept).argmax(1)};
}

std::vector<Predictions> top_predictions(const DecodedOutputs& decoded, std::int64_t count) {
  std::vector<Predictions> predictions;
  for (std::int64_t index = 0; index < decoded.obj_logits.size(0); ++index) {
    const torch::Tensor scores = decoded.obj_logits[index].sigmoid();
    const auto [best, kept] = scores.topk(std::min(count, scores.size(0)));
    predictions.push_back({decoded.boxes_xyxy[index].index_select(0, kept),
                           best,
                           decoded.cls_logits[index].index_select(0, kept).argmax(1)});
  }
  return predictions;
}

Predictions nms_predictions(const HeadOutputs& one_to_many,
                            std::int64_t index,
                            ImageSize original,
                            const NmsSettings& settings) {
  std::vector<torch::Tensor> level_boxes, level_scores, level_classes;
  for (std::size_t level = 0; level < one_to_many.cls_logits.size(); ++level) {
    const torch::Tensor cls_logits =
        one_to_many.cls_logits[level].narrow(0, index, 1).to(torch::kFloat32);
    const torch::Tensor box_logits =
        one_to_many.box_logits[level].narrow(0, index, 1).to(torch::kFloat32);
    const std::int64_t num_classes = cls_logits.size(1);
    const torch::Tensor scores =
        flatten_locations(cls_logits)[0].sigmoid().flatten();  // [h * w * C]
    const torch::Tensor candidates = (scores > settings.score_threshold).nonzero().flatten();
    const auto [best, order] =
        scores.index_select(0, candidates).sort(/*stable=*/true, 0, /*descending=*/true);
    const std::int64_t count = std::min(settings.candidates_per_level, best.size(0));
    const torch::Tensor pairs = candidates.index_select(0, order.narrow(0, 0, count));
    const torch::Tensor locations = pairs.div(num_classes, "floor");

    const std::int64_t stride = kPicoDetStrides[level];
    const torch::Tensor centers =
        level_centers(cls_logits.size(2), cls_logits.size(3), stride, scores.options());
    const torch::Tensor distances =
        expected_distances(flatten_locations(box_logits)[0].index_select(0, locations));
    level_boxes.push_back(distances_to_boxes(centers.index_select(0, locations),
                                             distances * static_cast<double>(stride)));
    level_scores.push_back(best.narrow(0, 0, count));
    level_classes.push_back(pairs.remainder(num_classes));
  }
  const auto [scores, order] =
      torch::cat(level_scores).sort(/*stable=*/true, 0, /*descending=*/true);
  const torch::Tensor boxes = torch::cat(level_boxes).index_select(0, order);
  const torch::Tensor classes = torch::cat(level_classes).index_select(0, order);
  const torch::Tensor kept =
      settings.deploy
          ? torch::arange(std::min(settings.max_detections, scores.size(0)), classes.options())
          : class_wise_nms(boxes, classes, settings.iou_threshold, settings.max_detections);
  const torch::Tensor& first = one_to_many.cls_logits[0];
  const std::int64_t stride = kPicoDetStrides[0];
  return {scaled(boxes.index_select(0, kept),
                 ratio(original.width, first.size(3) * stride),
                 ratio(original.height, first.size(2) * stride)),
          scores.index_select(0, kept),
          classes.index_select(0, kept)};
}

torch::Tensor class_wise_nms(const torch::Tensor& boxes_xyxy,
                             const torch::Tensor& classes,
                             double iou_threshold,
                             std::int64_t max_count) {
  const torch::Tensor host_boxes = boxes_xyxy.to(torch::kCPU, torch::kFloat32).contiguous();
  const torch::Tensor host_classes = classes.to(torch::kCPU, torch::kInt64).contiguous();
  const float* box = host_boxes.data_ptr<float>();
  const std::int64_t* label = host_classes.data_ptr<std::int64_t>();
  std::vector<std::int64_t> kept;
  for (std::int64_t i = 0;
       i < host_boxes.size(0) && static_cast<std::int64_t>(kept.size()) < max_count;
       ++i) {
    const bool suppressed = std::any_of(kept.begin(), kept.end(), [&](std::int64_t k) {
      return label[k] == label[i] &&
             static_cast<double>(iou(box + 4 * k, box + 4 * i)) > iou_threshold;
    });
    if (!suppressed) kept.push_back(i);
  }
  return torch::tensor(kept, torch::kInt64).to(boxes_xyxy.device());
}

}  // namespace saker
