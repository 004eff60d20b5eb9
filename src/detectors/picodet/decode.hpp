// From head outputs to boxes: distance distributions, and the peak filter that replaces NMS for the
// one-to-one head.
//
// N is the number of locations of all levels, level by level, each row-major. A location's centre
// is ((column + 0.5) s, (row + 0.5) s) for stride s. Box decode after Li et al., "Generalized Focal
// Loss", arXiv 2006.04388.
#pragma once

#include <torch/types.h>

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "detectors/picodet/head_outputs.hpp"
#include "transforms/batch.hpp"

namespace saker {

// Class logit of a suppressed location.
inline constexpr double kSuppressedLogit = -1e6;

// Side of the peak filter's window, and the least probability of a peak, per level.
inline constexpr std::array<std::int64_t, kPicoDetLevels> kPeakWindows = {3, 3, 5, 5};
inline constexpr std::array<double, kPicoDetLevels> kPeakThresholds = {0.005, 0.02, 0.04, 0.06};

// Centres of a level's h * w locations: [h * w, 2], x and y in input pixels.
torch::Tensor level_centers(std::int64_t height,
                            std::int64_t width,
                            std::int64_t stride,
                            const torch::TensorOptions& options);

// The means of distance distributions, in cells: [..., 32] logits -> [..., 4] left, top, right,
// bottom, in [0, 7].
torch::Tensor expected_distances(const torch::Tensor& box_logits);

// centers: [..., 2], distances: [..., 4], in the same unit. Returns [..., 4] xyxy.
torch::Tensor distances_to_boxes(const torch::Tensor& centers, const torch::Tensor& distances);

// [B, C, h, w] -> [B, h * w, C].
torch::Tensor flatten_locations(const torch::Tensor& map);

// Boxes of all locations, [B, N, 4] xyxy in input pixels, not clamped to the image. Differentiable.
// box_logits: one map a level.
torch::Tensor decode_boxes(const std::vector<torch::Tensor>& box_logits);

// Largest class logit of each location that is a peak, kSuppressedLogit elsewhere: [B, 1, h, w].
//
// A peak's probability reaches the level's threshold and is the maximum of its window, whatever the
// classes; equal neighbours are all peaks.
torch::Tensor peak_logits(const torch::Tensor& cls_logits, std::size_t level);

struct DecodedOutputs {
  torch::Tensor boxes_xyxy;  // [B, N, 4] pixels of the input or, if given, of the original image;
                             // clamped to it
  torch::Tensor obj_logits;  // [B, N]: the largest of cls_logits
  torch::Tensor cls_logits;  // [B, N, C], all kSuppressedLogit where the peak filter suppressed
};

// The one-to-one head's outputs without NMS. One original size serves the whole batch.
DecodedOutputs decode_one_to_one(const HeadOutputs& head,
                                 ImageSize input,
                                 std::optional<ImageSize> original = {});

// boxes: [..., 4] pixels of `input`. Returns them stretched to `original` and clamped to it.
torch::Tensor scale_and_clamp(const torch::Tensor& boxes_xyxy, ImageSize input, ImageSize original);

}  // namespace saker
