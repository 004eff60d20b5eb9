#include "data/check/orientation_evidence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "data/check/box_check.hpp"

namespace saker {
namespace {

constexpr double kLowest = -4, kStep = 0.05;
constexpr std::uint64_t kLeastBoxes = 20;
constexpr double kMostOfABox = 3;
constexpr double kStrong = 5, kWeak = 1;
// Neighbouring shapes count too, and every shape has some probability.
constexpr std::int64_t kReach = 3;
constexpr double kUniformShare = 0.1;

}  // namespace

std::size_t OrientationEvidence::bin_of(double log_shape) {
  const double bin = std::floor((log_shape - kLowest) / kStep);
  return static_cast<std::size_t>(std::clamp(bin, 0.0, static_cast<double>(kBins - 1)));
}

double OrientationEvidence::log_density(const Shapes& shapes, double log_shape) {
  const auto centre = static_cast<std::int64_t>(bin_of(log_shape));
  double weighted = 0;
  for (std::int64_t offset = -kReach; offset <= kReach; ++offset) {
    const std::int64_t bin = centre + offset;
    if (bin < 0 || bin >= static_cast<std::int64_t>(kBins)) continue;
    weighted += static_cast<double>(kReach + 1 - std::abs(offset)) *
                static_cast<double>(shapes.bins[static_cast<std::size_t>(bin)]);
  }
  constexpr double kWeights = (kReach + 1) * (kReach + 1);
  const double share = weighted / kWeights / static_cast<double>(shapes.count);
  return std::log((1 - kUniformShare) * share + kUniformShare / static_cast<double>(kBins));
}

void OrientationEvidence::add(const std::string& split,
                              const std::string& image,
                              const CheckedLabels& labels,
                              const ImageFacts& facts) {
  Turned turned{.split = split,
                .image = image,
                .label_file = labels.file,
                .orientation = facts.orientation,
                .boxes = {}};
  const double side_ratio =
      std::log(static_cast<double>(facts.width) / static_cast<double>(facts.height));
  for (const CheckedBox& box : labels.boxes) {
    // A clipped box has lost its shape.
    if (box.misread || fate_of(box.box, facts) != BoxFate::kKept) continue;
    const double fractions = std::log(box.box.width / box.box.height);
    if (facts.axes_swap()) {
      turned.boxes.push_back({.class_index = box.class_index,
                              .stored = fractions - side_ratio,
                              .upright = fractions + side_ratio});
    } else {
      Shapes& shapes = shapes_[box.class_index];
      ++shapes.bins[bin_of(fractions + side_ratio)];
      ++shapes.count;
    }
  }
  if (!turned.boxes.empty()) turned_.push_back(std::move(turned));
}

double OrientationEvidence::evidence(const Turned& image) const {
  double sum = 0;
  for (const Box& box : image.boxes) {
    const auto shapes = shapes_.find(box.class_index);
    if (shapes == shapes_.end() || shapes->second.count < kLeastBoxes) continue;
    sum += std::clamp(
        log_density(shapes->second, box.stored) - log_density(shapes->second, box.upright),
        -kMostOfABox,
        kMostOfABox);
  }
  return sum;
}

void OrientationEvidence::report(Findings& findings) const {
  double total = 0;
  for (const Turned& image : turned_) total += evidence(image);
  const double threshold = total >= kStrong ? kWeak : kStrong;
  for (const Turned& image : turned_) {
    const double sum = evidence(image);
    if (sum < threshold) continue;
    findings.add(FindingKind::kExifLabels,
                 {.split = image.split,
                  .file = image.label_file,
                  .value = std::to_string(image.orientation),
                  .message = fmt::format(
                      "the shapes of its {} fit the stored image better than the upright "
                      "one (evidence {:.1f})",
                      image.boxes.size() == 1 ? "box" : fmt::format("{} boxes", image.boxes.size()),
                      sum),
                  .image = image.image});
  }
}

}  // namespace saker
