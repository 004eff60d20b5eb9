#include "train/training_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "data/data_settings.hpp"

namespace saker {
namespace {

CheckpointSettings read_checkpoint(const Value& value, SettingsProblems& problems) {
  CheckpointSettings settings;
  SettingsReader reader(value, "save_checkpoint_args", problems);
  reader.read({"save_every_num_steps", "steps between two writings of last.ckpt"},
              settings.save_every_num_steps,
              at_least(1));
  reader.read({"save_last", "write checkpoints/last.ckpt and exported_last.pt"},
              settings.save_last);
  reader.read({"save_best", "write checkpoints/best.ckpt and exported_best.pt"},
              settings.save_best);
  reader.finish();
  return settings;
}

// null stands for what the evaluator takes by itself.
void read_thresholds(SettingsReader& reader, const SettingKey& key, std::vector<double>& target) {
  std::optional<std::vector<double>> given;
  if (reader.read(key, given, between(0, 1)) && given) target = *given;
}

void read_map_settings(SettingsReader reader, MetricSettings& settings) {
  read_thresholds(reader,
                  {"iou_thresholds", "overlaps that count as a hit; null: 0.50, 0.55 ... 0.95"},
                  settings.iou_thresholds);
  read_thresholds(reader,
                  {"rec_thresholds", "recalls at which precision is taken; null: 0, 0.01 ... 1"},
                  settings.rec_thresholds);
  std::optional<std::vector<std::int64_t>> detections;
  if (reader.read({"max_detection_thresholds",
                   "exactly three numbers of detections an image; null: 1, 10, 100"},
                  detections,
                  at_least(1)) &&
      detections) {
    if (detections->size() == 3) {
      settings.max_detection_thresholds = *detections;
      std::sort(settings.max_detection_thresholds.begin(), settings.max_detection_thresholds.end());
    } else {
      reader.problems().bad_value(
          reader.path_of("max_detection_thresholds"),
          fmt::format("must hold exactly 3 integers but holds {}", detections->size()));
    }
  }
  std::string average = "macro";
  reader.read_choice({"average", "macro: mean over classes; micro: all classes as one"},
                     average,
                     {"macro", "micro"});
  settings.micro_average = average == "micro";
  // One evaluator serves all three names, whose results are equal.
  std::string backend = "auto";
  reader.read_choice({"backend", "names of evaluators with equal results; changes nothing"},
                     backend,
                     {"auto", "pycocotools", "faster_coco_eval"});
  reader.finish();
}

MetricSettings read_metric(const Value& value, SettingsProblems& problems) {
  MetricSettings settings;
  SettingsReader reader(value, "metric_args", problems);
  reader.read({"watch_metric", "the logged value that decides which checkpoint is best"},
              settings.watch_metric);
  reader.read({"classwise", "log the average precision of each class too"}, settings.classwise);
  bool train = false;
  reader.read({"train", "metrics on training batches; only false is offered"}, train);
  if (train)
    problems.bad_value(
        reader.path_of("train"),
        "metrics on training batches are not offered in this version; set it to false");
  read_map_settings(reader.section({"map", "mean average precision"}), settings);
  reader.finish();
  return settings;
}

LoaderSettings read_loader(const Value& value, SettingsProblems& problems) {
  LoaderSettings settings;
  SettingsReader reader(value, "loader_args", problems);
  reader.read({"batch_size", "images a batch of one device; replaces the global batch_size"},
              settings.batch_size,
              at_least(1));
  reader.read({"prefetch_factor", "batches that each loader thread holds ready"},
              settings.prefetch_factor,
              at_least(1));
  std::int64_t timeout = settings.timeout.count();
  reader.read({"timeout", "longest wait for a batch, seconds; 0: no limit"}, timeout, at_least(0));
  settings.timeout = std::chrono::seconds(timeout);
  reader.finish();
  return settings;
}

DebugSettings read_debug(const Value& value, SettingsProblems& problems) {
  DebugSettings settings;
  SettingsReader reader(value, "debug_args", problems);
  const auto enabled = [&](const SettingKey& key, std::string_view meaning) {
    bool on = false;
    SettingsReader part = reader.section(key);
    part.read({"enabled", meaning}, on);
    part.finish();
    return on;
  };
  settings.capture_gradients =
      enabled({"nancapture", "keeps the step at which something is not finite"},
              "stop at a gradient that is not finite, as at such a loss");
  if (enabled({"underflow_overflow", "of the reference"}, "a trace; only false is offered"))
    problems.bad_value(reader.path_of("underflow_overflow.enabled"),
                       "this trace is not offered; nancapture keeps the step that went wrong");
  reader.finish();
  return settings;
}

Value auto_or(const std::optional<std::int64_t>& value) {
  return value ? Value(*value) : Value("auto");
}

}  // namespace

ImageSettings read_image_settings(const Value& image_args, SettingsProblems& problems) {
  ImageSettings settings;
  SettingsReader reader(image_args, "image_args", problems);
  std::string orientation = "apply";
  reader.read_choice({"exif_orientation", "turn photographs upright by their EXIF data, or not"},
                     orientation,
                     {"apply", "ignore"});
  settings.apply_exif_orientation = orientation == "apply";
  std::string unreadable = "fail";
  reader.read_choice(
      {"unreadable",
       "an image that cannot be read stops the run, or is replaced by another one in "
       "training and left out of validation"},
      unreadable,
      {"fail", "replace"});
  if (unreadable == "replace") settings.unreadable = UnreadablePolicy::kReplace;
  const Value* window = reader.find(
      {"dicom_window",
       "grey values of DICOM images that become black to white; auto: the file's window or else "
       "its range; none: values after slope and intercept"},
      {"auto, none or [center, width]", settings.dicom_window});
  if (window != nullptr) {
    const bool word =
        window->is_string() && (window->as_string() == "auto" || window->as_string() == "none");
    const bool pair = window->is_array() && window->as_array().size() == 2 &&
                      window->as_array()[0].is_number() && window->as_array()[1].is_number();
    if (word || pair) {
      settings.dicom_window = *window;
    } else {
      problems.bad_value(
          reader.path_of("dicom_window"),
          fmt::format("must be auto, none or [center, width] but got {}", window->to_json()));
    }
  }
  reader.finish();
  return settings;
}

CocoSettings MetricSettings::coco_settings() const {
  CocoSettings settings;
  if (!iou_thresholds.empty()) settings.iou_thresholds = iou_thresholds;
  if (!rec_thresholds.empty()) settings.recall_thresholds = rec_thresholds;
  std::copy_n(max_detection_thresholds.begin(),
              settings.max_detections.size(),
              settings.max_detections.begin());
  settings.micro_average = micro_average;
  return settings;
}

ReadImageArgs ImageSettings::read_image_args() const {
  ReadImageArgs args;
  args.apply_exif_orientation = apply_exif_orientation;
  if (dicom_window.is_array()) {
    const Value::Array& window = dicom_window.as_array();
    args.dicom_window = {.mode = DicomWindow::Mode::kFixed,
                         .center = window[0].as_double(),
                         .width = window[1].as_double()};
  } else if (dicom_window.as_string() == "none") {
    args.dicom_window.mode = DicomWindow::Mode::kNone;
  }
  return args;
}

TrainingSettings TrainingSettings::read(const TrainArgs& args, SettingsProblems& problems) {
  TrainingSettings settings;
  settings.logger = read_logger_settings(args.logger_args, problems);
  settings.checkpoint = read_checkpoint(args.save_checkpoint_args, problems);
  settings.metric = read_metric(args.metric_args, problems);
  settings.loader = read_loader(args.loader_args, problems);
  settings.image = read_image_settings(args.image_args, problems);
  settings.debug = read_debug(args.debug_args, problems);
  return settings;
}

Value to_value(const TrainArgs& args) {
  Value value;
  value["out"] = args.out;
  value["model"] = args.model;
  value["data"] = to_value(args.data);
  value["steps"] = auto_or(args.steps);
  value["batch_size"] = auto_or(args.batch_size);
  value["gradient_accumulation_steps"] = auto_or(args.gradient_accumulation_steps);
  value["num_workers"] = auto_or(args.num_workers);
  value["devices"] = args.devices;
  value["num_nodes"] = args.num_nodes;
  value["accelerator"] = args.accelerator;
  value["strategy"] = args.strategy;
  value["sync_batchnorm"] = args.sync_batchnorm;
  value["precision"] = args.precision;
  value["float32_matmul_precision"] = args.float32_matmul_precision;
  value["seed"] = args.seed;
  value["overwrite"] = args.overwrite;
  value["resume_interrupted"] = args.resume_interrupted;
  value["checkpoint"] = args.checkpoint.empty() ? Value() : Value(args.checkpoint);
  value["reuse_class_head"] = args.reuse_class_head;
  const std::pair<const char*, const Value*> sections[] = {
      {"model_args", &args.model_args},
      {"transform_args", &args.transform_args},
      {"logger_args", &args.logger_args},
      {"metric_args", &args.metric_args},
      {"loader_args", &args.loader_args},
      {"save_checkpoint_args", &args.save_checkpoint_args},
      {"image_args", &args.image_args},
      {"debug_args", &args.debug_args},
      {"torch_compile_args", &args.torch_compile_args}};
  for (const auto& [key, section] : sections) value[key] = *section;
  return value;
}

}  // namespace saker
