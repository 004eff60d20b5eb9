#include "detectors/picodet/ground_truth.hpp"

#include <fmt/format.h>

#include "saker/error.hpp"

namespace saker {
namespace {

GroundTruth of_image(const torch::Tensor& boxes_cxcywh_norm,
                     const torch::Tensor& classes,
                     ImageSize input,
                     std::int64_t num_classes,
                     std::size_t image) {
  GroundTruth truth;
  if (boxes_cxcywh_norm.numel() == 0 && classes.numel() == 0) return truth;
  if (boxes_cxcywh_norm.dim() != 2 || boxes_cxcywh_norm.size(1) != 4 || classes.dim() != 1 ||
      classes.size(0) != boxes_cxcywh_norm.size(0)) {
    throw Error(
        ErrorKind::kData,
        fmt::format("image {} of the batch has boxes of {} numbers and {} classes; expected "
                    "[M, 4] boxes and [M] classes",
                    image,
                    boxes_cxcywh_norm.numel(),
                    classes.numel()));
  }
  const torch::Tensor boxes = boxes_cxcywh_norm.to(torch::kCPU, torch::kFloat).contiguous();
  const torch::Tensor labels = classes.to(torch::kCPU, torch::kLong).contiguous();
  const float* box = boxes.const_data_ptr<float>();
  const std::int64_t* label = labels.const_data_ptr<std::int64_t>();
  const float width = static_cast<float>(input.width), height = static_cast<float>(input.height);
  for (std::int64_t i = 0; i < boxes.size(0); ++i, box += 4) {
    if (label[i] < 0 || label[i] >= num_classes) {
      throw Error(
          ErrorKind::kData,
          fmt::format("box {} of image {} of the batch has class {}, but the network has 0..{}",
                      i,
                      image,
                      label[i],
                      num_classes - 1));
    }
    truth.boxes.push_back({.x1 = (box[0] - box[2] / 2) * width,
                           .y1 = (box[1] - box[3] / 2) * height,
                           .x2 = (box[0] + box[2] / 2) * width,
                           .y2 = (box[1] + box[3] / 2) * height});
    truth.labels.push_back(label[i]);
  }
  return truth;
}

}  // namespace

std::vector<GroundTruth> ground_truth_in_pixels(const Targets& targets,
                                                ImageSize input,
                                                std::int64_t num_classes) {
  if (targets.boxes_cxcywh_norm.size() != targets.classes.size()) {
    throw Error(ErrorKind::kData,
                fmt::format("the batch has boxes of {} images, but classes of {}",
                            targets.boxes_cxcywh_norm.size(),
                            targets.classes.size()));
  }
  std::vector<GroundTruth> truths;
  for (std::size_t image = 0; image < targets.classes.size(); ++image) {
    truths.push_back(of_image(
        targets.boxes_cxcywh_norm[image], targets.classes[image], input, num_classes, image));
  }
  return truths;
}

}  // namespace saker
