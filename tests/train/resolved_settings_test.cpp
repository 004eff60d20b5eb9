#include "train/resolved_settings.hpp"

#include <gtest/gtest.h>

namespace saker {
namespace {

// What config.yaml holds reads back to the same settings.
TEST(ResolvedSettings, ReadBackAsTheyAre) {
  TrainArgs args;
  args.metric_args = {{"watch_metric", "val_loss"},
                      {"classwise", true},
                      {"map", {{"iou_thresholds", {0.5, 0.75}}, {"average", "micro"}}}};
  args.image_args = {{"unreadable", "replace"}, {"dicom_window", {40, 80}}};
  SettingsProblems problems;
  const TrainingSettings first = TrainingSettings::read(args, problems);
  TrainArgs again;
  again.metric_args = resolved_metric_args(first.metric);
  again.image_args = resolved_image_args(first.image);
  const TrainingSettings second = TrainingSettings::read(again, problems);
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(second.metric.watch_metric, "val_loss");
  EXPECT_EQ(second.metric.iou_thresholds, (std::vector<double>{0.5, 0.75}));
  EXPECT_EQ(second.image.unreadable, UnreadablePolicy::kReplace);
  EXPECT_EQ(resolved_metric_args(second.metric), again.metric_args);
  EXPECT_EQ(resolved_image_args(second.image), again.image_args);
}

TEST(ResolvedSettings, NothingGivenAndTheDefaultsAreEqual) {
  SettingsProblems problems;
  TrainArgs args;
  const Value metric = resolved_metric_args(TrainingSettings::read(args, problems).metric);
  args.metric_args = {{"watch_metric", "val_metric/map"}, {"map", {{"average", "macro"}}}};
  EXPECT_EQ(resolved_metric_args(TrainingSettings::read(args, problems).metric), metric);
}

}  // namespace
}  // namespace saker
