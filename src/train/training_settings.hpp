// The nested settings of a run that belong to the loop, read strictly from TrainArgs.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/settings_reader.hpp"
#include "image/read_image.hpp"
#include "loggers/logger_settings.hpp"
#include "metrics/coco_average_precision.hpp"
#include "saker/train.hpp"
#include "train/unreadable_images.hpp"

namespace saker {

struct CheckpointSettings {
  std::int64_t save_every_num_steps = 1000;
  bool save_last = true;
  bool save_best = true;
};

struct MetricSettings {
  std::string watch_metric = "val_metric/map";
  bool classwise = false;
  std::vector<double> iou_thresholds;  // empty: 0.50..0.95
  std::vector<double> rec_thresholds;  // empty: 0..1 in steps of 0.01
  std::vector<std::int64_t> max_detection_thresholds = {1, 10, 100};
  bool micro_average = false;

  CocoSettings coco_settings() const;
};

struct LoaderSettings {
  std::optional<std::int64_t> batch_size;  // per process; replaces the global one
  std::int64_t prefetch_factor = 2;        // batches that each loader thread holds ready
  std::chrono::seconds timeout{180};  // longest wait for a batch of loader threads; 0: no limit
};

struct ImageSettings {
  bool apply_exif_orientation = true;
  Value dicom_window = "auto";  // "auto", "none" or [center, width]
  UnreadablePolicy unreadable = UnreadablePolicy::kFail;

  ReadImageArgs read_image_args() const;
};

struct DebugSettings {
  bool capture_gradients = false;  // stop at a gradient that is not finite, as at such a loss
};

struct TrainingSettings {
  LoggerSettings logger;
  CheckpointSettings checkpoint;
  MetricSettings metric;
  LoaderSettings loader;
  ImageSettings image;
  DebugSettings debug;

  // Reads the six sections; everything wrong is added to problems.
  static TrainingSettings read(const TrainArgs& args, SettingsProblems& problems);
};

ImageSettings read_image_settings(const Value& image_args, SettingsProblems& problems);

// The whole of args as a settings tree with the keys of the command line; automatic values as
// "auto".
Value to_value(const TrainArgs& args);

}  // namespace saker
