#include "data/check/split_statistics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "data/check/box_check.hpp"

namespace saker {
namespace {

constexpr std::int64_t kUsualBoxes = 6;
constexpr std::int64_t kFewShare = 4;       // a quarter of the usual number
constexpr std::size_t kExceptionShare = 5;  // a fifth of the images
constexpr std::size_t kLeastImages = 20;

std::size_t size_bin(double width_px, double height_px) {
  const double bin = std::floor(std::log2(std::max(width_px * height_px, 1.0)));
  return std::min(static_cast<std::size_t>(bin), kBoxSizeBins - 1);
}

}  // namespace

SplitStatistics::SplitStatistics(std::string split, std::string folder, std::size_t classes) {
  totals_.split = std::move(split);
  totals_.folder = std::move(folder);
  totals_.boxes_per_class.resize(classes);
  totals_.images_per_class.resize(classes);
}

void SplitStatistics::add(const CheckedLabels& labels, const std::optional<ImageFacts>& facts) {
  ++totals_.images;
  totals_.ignored_boxes += labels.ignored_boxes;
  std::map<std::int64_t, std::int32_t> counts;
  std::int32_t boxes = 0;
  for (const CheckedBox& box : labels.boxes) {
    const BoxFate fate = fate_of(box.box, facts);
    if (fate != BoxFate::kKept && fate != BoxFate::kClipped) continue;
    ++boxes;
    ++counts[box.class_index];
    if (facts) {
      ++totals_.box_sizes[size_bin(
          std::min(box.box.width, 1.0) * static_cast<double>(facts->width),
          std::min(box.box.height, 1.0) * static_cast<double>(facts->height))];
    }
  }
  if (facts) {
    ++totals_.decoded_images;
    widths_.push_back(static_cast<std::int32_t>(facts->width));
    heights_.push_back(static_cast<std::int32_t>(facts->height));
  }
  if (boxes == 0) ++totals_.images_without_boxes;
  totals_.boxes += boxes;
  boxes_.push_back(boxes);
  counts_begin_.push_back(counts_.size());
  for (const auto& [class_index, count] : counts) {
    totals_.boxes_per_class[static_cast<std::size_t>(class_index)] += count;
    ++totals_.images_per_class[static_cast<std::size_t>(class_index)];
    counts_.push_back({static_cast<std::int32_t>(class_index), count});
  }
}

void SplitStatistics::report_few_boxes(const SampleSource& source,
                                       const ClassNames& classes,
                                       Findings& findings) const {
  const std::size_t images = counts_begin_.size();
  if (images < kLeastImages) return;
  std::vector<std::int32_t> of_class(images);
  for (std::size_t k = 0; k < classes.size(); ++k) {
    // The middle image has such a box only if half of them do.
    if (static_cast<std::size_t>(totals_.images_per_class[k]) * 2 < images) continue;
    for (std::size_t i = 0; i < images; ++i) {
      const std::size_t end = i + 1 < images ? counts_begin_[i + 1] : counts_.size();
      of_class[i] = 0;
      for (std::size_t entry = counts_begin_[i]; entry < end; ++entry) {
        if (static_cast<std::size_t>(counts_[entry].class_index) == k)
          of_class[i] = counts_[entry].count;
      }
    }
    const std::int64_t usual = range_of(of_class).median;
    const auto is_few = [usual](std::int32_t count) { return count * kFewShare <= usual; };
    const auto few = static_cast<std::size_t>(std::ranges::count_if(of_class, is_few));
    if (usual < kUsualBoxes || few * kExceptionShare > images) continue;
    for (std::size_t i = 0; i < images; ++i) {
      // Without any box the image was reported for want of labels.
      if (boxes_[i] == 0 || !is_few(of_class[i])) continue;
      const auto sample = static_cast<std::int64_t>(i);
      findings.add(
          FindingKind::kFewBoxes,
          {.split = totals_.split,
           .file = source.annotation_file(sample),
           .value = std::to_string(of_class[i]),
           .message = fmt::format("{} of class '{}', where the middle image of the split has {}",
                                  of_class[i] == 1 ? "1 box" : fmt::format("{} boxes", of_class[i]),
                                  classes[k].second,
                                  usual),
           .image = source.image(sample)});
    }
  }
}

SplitSummary SplitStatistics::summary() const {
  SplitSummary summary = totals_;
  summary.width = range_of(widths_);
  summary.height = range_of(heights_);
  summary.boxes_per_image = range_of(boxes_);
  return summary;
}

ValueRange range_of(std::vector<std::int32_t> values) {
  if (values.empty()) return {};
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::ranges::nth_element(values, middle);
  const std::int64_t median = *middle;
  const auto [least, most] = std::ranges::minmax(values);
  return {least, median, most};
}

}  // namespace saker
