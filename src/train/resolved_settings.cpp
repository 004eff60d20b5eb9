#include "train/resolved_settings.hpp"

#include <vector>

namespace saker {
namespace {

// Empty: the default, which null stands for.
Value list_or_null(const std::vector<double>& numbers) {
  if (numbers.empty()) return nullptr;
  return Value::Array(numbers.begin(), numbers.end());
}

}  // namespace

Value resolved_metric_args(const MetricSettings& settings) {
  const std::vector<std::int64_t>& detections = settings.max_detection_thresholds;
  Value map;
  map["iou_thresholds"] = list_or_null(settings.iou_thresholds);
  map["rec_thresholds"] = list_or_null(settings.rec_thresholds);
  map["max_detection_thresholds"] = Value::Array(detections.begin(), detections.end());
  map["average"] = settings.micro_average ? "micro" : "macro";
  Value value;
  value["watch_metric"] = settings.watch_metric;
  value["classwise"] = settings.classwise;
  value["map"] = map;
  return value;
}

Value resolved_image_args(const ImageSettings& settings) {
  Value value;
  value["exif_orientation"] = settings.apply_exif_orientation ? "apply" : "ignore";
  value["dicom_window"] = settings.dicom_window;
  value["unreadable"] = settings.unreadable == UnreadablePolicy::kReplace ? "replace" : "fail";
  return value;
}

}  // namespace saker
