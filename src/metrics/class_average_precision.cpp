#include "metrics/class_average_precision.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace saker {
namespace {

constexpr double kSmall = 32.0 * 32.0;
constexpr double kMedium = 96.0 * 96.0;
constexpr double kLargest = 1e10;
constexpr std::array<std::array<double, 2>, kAreaRanges> kRanges = {
    {{0, kLargest}, {0, kSmall}, {kSmall, kMedium}, {kMedium, kLargest}}};

double needed_iou(double threshold) { return std::min(threshold, kLargestNeededIou); }

std::uint64_t key_of(float score, std::size_t index) {
  // Adding zero makes a negative zero positive: both are equal scores.
  const float plain = std::isnan(score) ? -std::numeric_limits<float>::infinity() : score + 0.0F;
  const auto bits = std::bit_cast<std::uint32_t>(plain);
  // Ascending bits for ascending floats, then turned round.
  const std::uint32_t ascending = (bits >> 31) != 0 ? ~bits : bits | 0x80000000U;
  return (std::uint64_t{~ascending} << 32) | index;
}

std::size_t index_of(std::uint64_t key) { return key & 0xffffffffU; }

// A match in one word: position * 4 + counts * 2 + inside.
constexpr std::uint32_t kCounts = 2;
constexpr std::uint32_t kInside = 1;

}  // namespace

CocoBox::CocoBox(std::span<const float, 4> xyxy)
    : x1(xyxy[0]),
      y1(xyxy[1]),
      x2(x1 + static_cast<double>(xyxy[2] - xyxy[0])),
      y2(y1 + static_cast<double>(xyxy[3] - xyxy[1])),
      area(static_cast<double>(xyxy[2] - xyxy[0]) * static_cast<double>(xyxy[3] - xyxy[1])) {}

unsigned CocoBox::ranges() const {
  unsigned bits = 0;
  for (std::size_t range = 0; range < kAreaRanges; ++range) {
    if (area >= kRanges[range][0] && area <= kRanges[range][1]) bits |= 1U << range;
  }
  return bits;
}

double intersection_over_union(const CocoBox& a, const CocoBox& b) {
  const double width = std::min(a.x2, b.x2) - std::max(a.x1, b.x1);
  if (!(width > 0)) return 0;
  const double height = std::min(a.y2, b.y2) - std::max(a.y1, b.y1);
  if (!(height > 0)) return 0;
  const double intersection = width * height;
  return intersection / (a.area + b.area - intersection);
}

std::size_t hits_for_recall(double recall, std::size_t truths) {
  const auto count = static_cast<double>(truths);
  auto hits = std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(recall * count)));
  // The product is rounded, and so is the quotient that counts.
  while (hits > 1 && static_cast<double>(hits - 1) / count >= recall) --hits;
  while (static_cast<double>(hits) / count < recall) ++hits;
  return hits;
}

ClassEvaluator::ClassEvaluator(const CocoSettings& settings) : settings_(&settings) {
  least_iou_ = 1;
  for (const double threshold : settings.iou_thresholds) {
    least_iou_ = std::min(least_iou_, needed_iou(threshold));
  }
  matches_.resize(kAreaRanges * settings.iou_thresholds.size());
}

ClassPrecision ClassEvaluator::evaluate(const ClassBoxes& predictions, const ClassBoxes& truths) {
  const std::size_t thresholds = settings_->iou_thresholds.size();
  ClassPrecision result;
  for (const CocoBox& box : truths.boxes) {
    const unsigned ranges = box.ranges();
    for (std::size_t range = 0; range < kAreaRanges; ++range) {
      result.ranges[range].truths += (ranges >> range) & 1;
    }
  }
  if (truths.boxes.empty()) return result;

  for (auto& list : matches_) list.clear();
  for (auto& found : found_among_fewer_) found.assign(thresholds, 0);
  order_by_score(predictions);
  match_images(predictions, truths);
  for (std::size_t range = 0; range < kAreaRanges; ++range) {
    if (result.ranges[range].truths == 0) continue;
    for (std::size_t t = 0; t < thresholds; ++t) precision(range, t, result.ranges[range]);
  }
  if (result.ranges[0].truths == 0) return result;
  for (std::size_t m = 0; m < result.recalls_at_fewer.size(); ++m) {
    for (const std::int64_t found : found_among_fewer_[m]) {
      result.recalls_at_fewer[m].push_back(static_cast<double>(found) /
                                           static_cast<double>(result.ranges[0].truths));
    }
  }
  return result;
}

// Fills keys_, image_ends_, ordered_keys_ and inside_ with the detections that the limit of an
// image leaves.
void ClassEvaluator::order_by_score(const ClassBoxes& predictions) {
  const auto limit = static_cast<std::uint64_t>(settings_->max_detections.back());
  keys_.clear();
  image_ends_.clear();
  const std::size_t count = predictions.boxes.size();
  for (std::size_t begin = 0, end = 0; begin < count; begin = end) {
    const std::size_t first = keys_.size();
    for (; end < count && predictions.images[end] == predictions.images[begin]; ++end) {
      keys_.push_back(key_of(predictions.scores[end], end));
    }
    std::sort(keys_.begin() + static_cast<std::ptrdiff_t>(first), keys_.end());
    if (keys_.size() - first > limit) keys_.resize(first + limit);
    image_ends_.push_back(keys_.size());
  }
  ordered_keys_ = keys_;
  std::sort(ordered_keys_.begin(), ordered_keys_.end());

  for (auto& counts : inside_) counts.assign(ordered_keys_.size() + 1, 0);
  for (std::size_t i = 0; i < ordered_keys_.size(); ++i) {
    const unsigned ranges = predictions.boxes[index_of(ordered_keys_[i])].ranges();
    for (std::size_t range = 0; range < kAreaRanges; ++range) {
      inside_[range][i + 1] = inside_[range][i] + ((ranges >> range) & 1);
    }
  }
}

void ClassEvaluator::match_images(const ClassBoxes& predictions, const ClassBoxes& truths) {
  std::size_t truth = 0;
  std::size_t begin = 0;
  for (const std::size_t end : image_ends_) {
    const std::uint32_t image = predictions.images[index_of(keys_[begin])];
    while (truth < truths.images.size() && truths.images[truth] < image) ++truth;
    std::size_t truth_end = truth;
    while (truth_end < truths.images.size() && truths.images[truth_end] == image) ++truth_end;
    const std::span<const CocoBox> boxes(truths.boxes.data() + truth, truth_end - truth);
    if (!boxes.empty()) {
      find_candidates(predictions, std::span(keys_).subspan(begin, end - begin), boxes);
      if (detections_.size() > 1) {  // the last one only marks the end
        for (std::size_t range = 0; range < kAreaRanges; ++range) {
          for (std::size_t t = 0; t < settings_->iou_thresholds.size(); ++t) {
            match(range, t, boxes.size());
          }
        }
      }
    }
    truth = truth_end;
    begin = end;
  }
}

// Each pair's IoU is computed once, for all ranges and thresholds; pairs below the least threshold
// never match.
void ClassEvaluator::find_candidates(const ClassBoxes& predictions,
                                     std::span<const std::uint64_t> keys,
                                     std::span<const CocoBox> truths) {
  detections_.clear();
  candidates_.clear();
  truth_ranges_.clear();
  for (const CocoBox& box : truths) truth_ranges_.push_back(box.ranges());
  for (std::size_t rank = 0; rank < keys.size(); ++rank) {
    const CocoBox& box = predictions.boxes[index_of(keys[rank])];
    const std::size_t first = candidates_.size();
    for (std::size_t i = 0; i < truths.size(); ++i) {
      const double iou = intersection_over_union(box, truths[i]);
      if (iou >= least_iou_) candidates_.push_back({static_cast<std::uint32_t>(i), iou});
    }
    if (candidates_.size() == first) continue;
    const auto place = std::lower_bound(ordered_keys_.begin(), ordered_keys_.end(), keys[rank]);
    detections_.push_back({static_cast<std::uint32_t>(rank),
                           static_cast<std::uint32_t>(place - ordered_keys_.begin()),
                           box.ranges(),
                           first});
  }
  detections_.push_back({0, 0, 0, candidates_.size()});
}

void ClassEvaluator::match(std::size_t range, std::size_t threshold, std::size_t truth_count) {
  taken_.assign(truth_count, 0);
  auto& list = matches(range, threshold);
  for (std::size_t d = 0; d + 1 < detections_.size(); ++d) {
    const Detection& detection = detections_[d];
    const std::span<const Candidate> candidates(
        candidates_.data() + detection.first_candidate,
        detections_[d + 1].first_candidate - detection.first_candidate);
    // The best truth inside the range; only without one the best outside. Of equal ones the last.
    const Candidate* best = nullptr;
    bool counts = true;
    for (const bool inside : {true, false}) {
      double needed = needed_iou(settings_->iou_thresholds[threshold]);
      for (const Candidate& candidate : candidates) {
        const bool in_range = ((truth_ranges_[candidate.truth] >> range) & 1) != 0;
        if (in_range != inside || taken_[candidate.truth] != 0 || !(candidate.iou >= needed))
          continue;
        needed = candidate.iou;
        best = &candidate;
      }
      counts = inside;
      if (best != nullptr) break;
    }
    if (best == nullptr) continue;
    taken_[best->truth] = 1;
    list.push_back(detection.position * 4 + (counts ? kCounts : 0) +
                   ((detection.ranges >> range) & kInside));
    if (range != 0 || !counts) continue;
    for (std::size_t m = 0; m < found_among_fewer_.size(); ++m) {
      if (detection.rank < static_cast<std::uint64_t>(settings_->max_detections[m])) {
        ++found_among_fewer_[m][threshold];
      }
    }
  }
}

// Precision changes for the better only at a hit, so the hits alone are visited. False positives
// before a hit are the detections before it whose area lies in the range, less the matched ones
// among them.
void ClassEvaluator::precision(std::size_t range,
                               std::size_t threshold,
                               ClassPrecision::Range& result) {
  auto& list = matches(range, threshold);
  std::sort(list.begin(), list.end());
  precisions_.clear();
  std::uint32_t matched_inside = 0;
  for (const std::uint32_t match : list) {
    if ((match & kCounts) != 0) {
      const auto hits = static_cast<double>(precisions_.size() + 1);
      const auto misses = static_cast<double>(inside_[range][match / 4] - matched_inside);
      precisions_.push_back(hits / (misses + hits + std::numeric_limits<double>::epsilon()));
    }
    matched_inside += match & kInside;
  }
  for (std::size_t k = precisions_.size(); k-- > 1;) {
    precisions_[k - 1] = std::max(precisions_[k - 1], precisions_[k]);
  }
  double sum = 0;
  for (const double recall : settings_->recall_thresholds) {
    const std::size_t k = hits_for_recall(recall, static_cast<std::size_t>(result.truths));
    if (k <= precisions_.size()) sum += precisions_[k - 1];
  }
  result.precision_sums.push_back(sum);
  result.recalls.push_back(static_cast<double>(precisions_.size()) /
                           static_cast<double>(result.truths));
}

}  // namespace saker
