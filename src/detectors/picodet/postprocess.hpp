// From decoded or raw head outputs to the detections of each image.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "detectors/detector.hpp"
#include "detectors/picodet/decode.hpp"
#include "detectors/picodet/head_outputs.hpp"

namespace saker {

// Detections of image `index`: its peaks in location order, one class each, boxes in pixels of the
// original image and clamped to it. Suppressed locations are left out.
Predictions peak_predictions(const HeadOutputs& one_to_one,
                             std::int64_t index,
                             ImageSize input,
                             ImageSize original);

// The locations of image `index` whose score is above the threshold (strictly), with boxes in
// pixels of the original image, scaled but not clamped. For outputs that were decoded in input
// pixels.
Predictions postprocess(const DecodedOutputs& decoded,
                        std::int64_t index,
                        ImageSize input,
                        ImageSize original,
                        double threshold);

// The `count` locations of highest score of each image, suppressed ones (score 0) last.
std::vector<Predictions> top_predictions(const DecodedOutputs& decoded, std::int64_t count);

struct NmsSettings {
  double score_threshold = 0.025;  // a candidate's score is above it
  double iou_threshold =
      0.6;  // of two boxes of one class, the lower goes when their IoU is above it
  std::int64_t candidates_per_level = 1000;
  std::int64_t max_detections = 100;
  bool deploy = false;  // no suppression: the best by score
};

// Detections of the one-to-many head for image `index`, highest score first. A location may appear
// with several classes. Boxes are scaled to the original image and not clamped to it.
Predictions nms_predictions(const HeadOutputs& one_to_many,
                            std::int64_t index,
                            ImageSize original,
                            const NmsSettings& settings);

// Greedy suppression within each class. boxes_xyxy [N, 4] and classes [N], sorted by score, highest
// first. Returns the indices that stay.
torch::Tensor class_wise_nms(const torch::Tensor& boxes_xyxy,
                             const torch::Tensor& classes,
                             double iou_threshold,
                             std::int64_t max_count);

}  // namespace saker
