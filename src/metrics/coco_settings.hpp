// How average precision is computed.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace saker {

struct CocoSettings {
  // The thresholds of the COCO evaluation, rounded to single precision.
  CocoSettings();

  std::vector<double> iou_thresholds;     // 0.50, 0.55, ..., 0.95
  std::vector<double> recall_thresholds;  // 0, 0.01, ..., 1
  // Numbers of detections an image and class for the three average recalls; the largest one limits
  // everything.
  std::array<std::int64_t, 3> max_detections = {1, 10, 100};
  bool micro_average = false;  // treat all classes as one, except in the values of single classes

  // Puts the defaults in place of empty lists and sorts max_detections. Throws Error (usage) for
  // values out of range.
  void complete();

  // "map", "map_50", ..., "mar_1", "mar_10", "mar_100", ..., "mar_large": the twelve numbers in
  // their usual order.
  std::vector<std::string> names() const;
};

}  // namespace saker
