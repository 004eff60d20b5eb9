// The evaluation of one class over all images: matching of predictions with truths, then precision
// and recall.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "metrics/coco_settings.hpp"

namespace saker {

// Ranges of areas: all, small, medium, large.
inline constexpr std::size_t kAreaRanges = 4;

// A box with its size and area as the evaluation computes them: differences in float32, everything
// else in float64.
struct CocoBox {
  double x1 = 0, y1 = 0, x2 = 0, y2 = 0, area = 0;

  explicit CocoBox(std::span<const float, 4> xyxy);
  // Bit r: the area lies in range r, limits included.
  unsigned ranges() const;
};

double intersection_over_union(const CocoBox& a, const CocoBox& b);

// The IoU that a match needs at most, so that a threshold of 1 can be met in spite of rounding.
inline constexpr double kLargestNeededIou = 1 - 1e-10;

// The least k >= 1 with k / truths >= recall, in the numbers that the quotient is rounded to.
std::size_t hits_for_recall(double recall, std::size_t truths);

// Boxes that belong to one class, of one image after the other.
struct ClassBoxes {
  std::vector<CocoBox> boxes;
  std::vector<float> scores;          // empty for truths
  std::vector<std::uint32_t> images;  // ascending
};

struct ClassPrecision {
  struct Range {
    std::int64_t truths = 0;  // that count in this range; 0 makes the rest meaningless
    std::vector<double>
        precision_sums;           // for each IoU threshold the sum over the recall thresholds
    std::vector<double> recalls;  // for each IoU threshold, at the largest of max_detections
  };
  std::array<Range, kAreaRanges> ranges;
  // For each IoU threshold the recall at the two smaller max_detections, over all areas.
  std::array<std::vector<double>, 2> recalls_at_fewer;
};

// Keeps its buffers from class to class. `settings` must be complete and outlive this.
class ClassEvaluator {
 public:
  explicit ClassEvaluator(const CocoSettings& settings);

  ClassPrecision evaluate(const ClassBoxes& predictions, const ClassBoxes& truths);

 private:
  struct Candidate {
    std::uint32_t truth;  // index in the image
    double iou;
  };
  struct Detection {
    std::uint32_t rank;           // in the image
    std::uint32_t position;       // in the order of scores of the class
    unsigned ranges;              // of its area
    std::size_t first_candidate;  // its candidates end where those of the next detection begin
  };

  void order_by_score(const ClassBoxes& predictions);
  void match_images(const ClassBoxes& predictions, const ClassBoxes& truths);
  void find_candidates(const ClassBoxes& predictions,
                       std::span<const std::uint64_t> keys,
                       std::span<const CocoBox> truths);
  void match(std::size_t range, std::size_t threshold, std::size_t truth_count);
  void precision(std::size_t range, std::size_t threshold, ClassPrecision::Range& result);
  std::vector<std::uint32_t>& matches(std::size_t range, std::size_t threshold) {
    return matches_[range * settings_->iou_thresholds.size() + threshold];
  }

  const CocoSettings* settings_;
  double least_iou_ = 0;
  // A key holds score and index; ascending keys are descending scores, equal ones in the order of
  // the images.
  std::vector<std::uint64_t> keys_;      // grouped by image
  std::vector<std::size_t> image_ends_;  // in keys_
  std::vector<std::uint64_t> ordered_keys_;
  std::array<std::vector<std::uint32_t>, kAreaRanges>
      inside_;  // how many of the first i detections lie in the range
  // Of the current image.
  std::vector<Detection> detections_;
  std::vector<Candidate> candidates_;
  std::vector<unsigned> truth_ranges_;
  std::vector<char> taken_;
  // For each range and threshold the matched detections: position, whether it counts, whether its
  // own area is in the range.
  std::vector<std::vector<std::uint32_t>> matches_;
  std::array<std::vector<std::int64_t>, 2> found_among_fewer_;  // for each threshold
  std::vector<double> precisions_;
};

}  // namespace saker
