#include "train/training_settings.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace saker {
namespace {

std::vector<std::string> problems_of(const TrainArgs& args) {
  SettingsProblems problems;
  static_cast<void>(TrainingSettings::read(args, problems));
  return problems.lines();
}

TEST(TrainingSettings, DefaultsAreFine) { EXPECT_TRUE(problems_of({}).empty()); }

TEST(TrainingSettings, ReadsWhatIsGiven) {
  TrainArgs args;
  args.logger_args = {
      {"log_every_num_steps", 5}, {"val_every_num_steps", "auto"}, {"tensorboard", nullptr}};
  args.save_checkpoint_args = {{"save_every_num_steps", 7}, {"save_best", false}};
  args.metric_args = {{"watch_metric", "val_metric/map_50"},
                      {"map", {{"max_detection_thresholds", {100, 1, 10}}, {"average", "micro"}}}};
  args.image_args = {{"exif_orientation", "ignore"}, {"dicom_window", {40, 400}}};
  SettingsProblems problems;
  const TrainingSettings settings = TrainingSettings::read(args, problems);
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(settings.logger.log_every_num_steps, 5);
  EXPECT_FALSE(settings.logger.val_every_num_steps.has_value());
  EXPECT_FALSE(settings.logger.tensorboard.has_value());
  EXPECT_EQ(settings.checkpoint.save_every_num_steps, 7);
  EXPECT_FALSE(settings.checkpoint.save_best);
  EXPECT_EQ(settings.metric.max_detection_thresholds, (std::vector<std::int64_t>{1, 10, 100}));
  EXPECT_TRUE(settings.metric.coco_settings().micro_average);
  EXPECT_FALSE(settings.image.apply_exif_orientation);
  EXPECT_EQ(settings.image.read_image_args().dicom_window.mode, DicomWindow::Mode::kFixed);
}

TEST(TrainingSettings, EachWrongValueIsNamed) {
  const std::pair<Value TrainArgs::*, std::pair<Value, std::string>> cases[] = {
      {&TrainArgs::logger_args, {{{"log_every_num_steps", 0}}, "logger_args.log_every_num_steps"}},
      {&TrainArgs::logger_args, {{{"log_evry_num_steps", 1}}, "logger_args.log_evry_num_steps"}},
      {&TrainArgs::save_checkpoint_args,
       {{{"save_every_num_steps", "often"}}, "save_checkpoint_args.save_every_num_steps"}},
      {&TrainArgs::metric_args,
       {{{"map", {{"max_detection_thresholds", {1, 10}}}}},
        "metric_args.map.max_detection_thresholds"}},
      {&TrainArgs::metric_args, {{{"train", true}}, "metric_args.train"}},
      {&TrainArgs::loader_args, {{{"pin_memory", true}}, "loader_args.pin_memory"}},
      {&TrainArgs::image_args,
       {{{"exif_orientation", "sometimes"}}, "image_args.exif_orientation"}},
      {&TrainArgs::debug_args,
       {{{"underflow_overflow", {{"enabled", true}}}}, "debug_args.underflow_overflow.enabled"}}};
  for (const auto& [section, expectation] : cases) {
    TrainArgs args;
    args.*section = expectation.first;
    const std::vector<std::string> lines = problems_of(args);
    ASSERT_EQ(lines.size(), 1U) << expectation.second;
    EXPECT_NE(lines[0].find("'" + expectation.second + "'"), std::string::npos) << lines[0];
  }
}

}  // namespace
}  // namespace saker
