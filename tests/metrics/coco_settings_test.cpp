#include "metrics/coco_settings.hpp"

#include <gtest/gtest.h>

#include "golden.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

TEST(CocoSettings, EmptyListsMeanTheDefaults) {
  CocoSettings settings;
  settings.iou_thresholds.clear();
  settings.recall_thresholds.clear();
  settings.max_detections = {300, 1, 10};
  settings.complete();
  EXPECT_EQ(settings.iou_thresholds.size(), 10U);
  EXPECT_EQ(settings.recall_thresholds.size(), 101U);
  EXPECT_EQ(settings.max_detections, (std::array<std::int64_t, 3>{1, 10, 300}));
  EXPECT_EQ(settings.names()[8], "mar_300");
  EXPECT_EQ(settings.names().size(), 12U);
}

TEST(CocoSettings, RejectsValuesOutOfRange) {
  CocoSettings settings;
  settings.iou_thresholds = {0.5, 1.5};
  EXPECT_THROW(settings.complete(), Error);
  settings = {};
  settings.recall_thresholds = {-0.1};
  EXPECT_THROW(settings.complete(), Error);
  settings = {};
  settings.max_detections = {0, 1, 2};
  EXPECT_THROW(settings.complete(), Error);
}

TEST(CocoSettings, ThresholdsAreThoseOfTheReference) {
  SAKER_GOLDEN(path, "metrics/thresholds.json");
  const auto golden = test::read_json(path);
  EXPECT_EQ(CocoSettings().iou_thresholds, golden.at("iou").get<std::vector<double>>());
  EXPECT_EQ(CocoSettings().recall_thresholds, golden.at("recall").get<std::vector<double>>());
}

}  // namespace
}  // namespace saker
