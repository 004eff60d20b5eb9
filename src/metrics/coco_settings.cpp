#include "metrics/coco_settings.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "saker/error.hpp"

namespace saker {
namespace {

// 0.50 to 0.95 by 0.05 and 0 to 1 by 0.01, computed in single precision: some recall values are not
// the float nearest to the decimal number.
constexpr std::array<float, 10> kIouThresholds = {
    0.5F, 0.55F, 0.6F, 0.65F, 0.7F, 0.75F, 0.8F, 0.85F, 0.9F, 0.95F};
constexpr std::array<float, 101> kRecallThresholds = {
    0.0F,        0.01F,       0.02F,        0.03F,        0.04F,       0.049999997F, 0.06F,
    0.07F,       0.08F,       0.089999996F, 0.099999994F, 0.11F,       0.12F,        0.13F,
    0.14F,       0.14999999F, 0.16F,        0.17F,        0.17999999F, 0.19F,        0.19999999F,
    0.21F,       0.22F,       0.22999999F,  0.24F,        0.25F,       0.26F,        0.26999998F,
    0.28F,       0.29F,       0.29999998F,  0.31F,        0.32F,       0.32999998F,  0.34F,
    0.35F,       0.35999998F, 0.37F,        0.38F,        0.39F,       0.39999998F,  0.41F,
    0.42F,       0.42999998F, 0.44F,        0.45F,        0.45999998F, 0.47F,        0.48F,
    0.48999998F, 0.5F,        0.51F,        0.52F,        0.53000003F, 0.54F,        0.55F,
    0.56F,       0.57F,       0.58F,        0.59000003F,  0.6F,        0.61F,        0.62F,
    0.63F,       0.64F,       0.65000004F,  0.66F,        0.67F,       0.68F,        0.69F,
    0.7F,        0.71F,       0.72F,        0.73F,        0.74F,       0.75F,        0.76F,
    0.77F,       0.78000003F, 0.79F,        0.8F,         0.81F,       0.82F,        0.83F,
    0.84000003F, 0.85F,       0.86F,        0.87F,        0.88F,       0.89F,        0.9F,
    0.91F,       0.92F,       0.93F,        0.94F,        0.95F,       0.96F,        0.97F,
    0.98F,       0.99F,       1.0F};

void check_fractions(const std::vector<double>& values, const char* key) {
  for (const double value : values) {
    if (value >= 0 && value <= 1) continue;
    throw Error(ErrorKind::kUsage,
                fmt::format("metric_args.map.{}: must lie in [0, 1] but holds {}", key, value));
  }
}

}  // namespace

CocoSettings::CocoSettings()
    : iou_thresholds(kIouThresholds.begin(), kIouThresholds.end()),
      recall_thresholds(kRecallThresholds.begin(), kRecallThresholds.end()) {}

void CocoSettings::complete() {
  const CocoSettings defaults;
  if (iou_thresholds.empty()) iou_thresholds = defaults.iou_thresholds;
  if (recall_thresholds.empty()) recall_thresholds = defaults.recall_thresholds;
  check_fractions(iou_thresholds, "iou_thresholds");
  check_fractions(recall_thresholds, "rec_thresholds");
  std::sort(max_detections.begin(), max_detections.end());
  if (max_detections[0] < 1) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("metric_args.map.max_detection_thresholds: must be at least 1 but holds {}",
                    max_detections[0]));
  }
}

std::vector<std::string> CocoSettings::names() const {
  std::vector<std::string> names = {
      "map", "map_50", "map_75", "map_small", "map_medium", "map_large"};
  for (const std::int64_t count : max_detections) names.push_back(fmt::format("mar_{}", count));
  names.insert(names.end(), {"mar_small", "mar_medium", "mar_large"});
  return names;
}

}  // namespace saker
