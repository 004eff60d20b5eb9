#include "data/convert/box_rules.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace saker {
namespace {

ConversionSet set_of(const std::vector<ConvertedBox>& boxes) {
  ConversionSet set;
  set.splits.push_back({.split = "train", .folder = "", .images = {}});
  set.splits[0].images.push_back(
      {.path = "a", .name = "a", .place = "a", .size = {100, 50}, .boxes = boxes});
  return set;
}

const std::vector<ConvertedBox> kBoxes = {
    {.class_id = 0, .box = {10, 10, 20, 20}},
    {.class_id = 1, .box = {90, 40, 20, 20}},           // over the edge
    {.class_id = 2, .box = {200, 10, 20, 20}},          // outside
    {.class_id = 3, .box = {10, 10, -5, 20}},           // without area
    {.class_id = 4, .box = {0.1, 0, 99.9 + 1e-9, 50}},  // over it by rounding
    {.class_id = 5, .box = {10, 10, 20, 20}, .is_crowd = true},
    {.class_id = 6, .box = {10, 10, 20, 20}, .is_difficult = true},
    {.class_id = 7, .box = {std::numeric_limits<double>::quiet_NaN(), 10, 20, 20}},
};

std::vector<std::int64_t> kept(const ConversionSet& set) {
  std::vector<std::int64_t> ids;
  for (const ConvertedBox& box : set.splits[0].images[0].boxes) ids.push_back(box.class_id);
  return ids;
}

TEST(BoxRules, BoxesAreCountedAndKeptAsTheyAre) {
  ConversionSet set = set_of(kBoxes);
  ConvertDataResult result;
  apply_box_rules({}, set, result);
  EXPECT_EQ(kept(set), (std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(set.splits[0].images[0].boxes[1].box, (PixelBox{90, 40, 20, 20}));
  EXPECT_EQ(result.boxes_over_edge, 1);
  EXPECT_EQ(result.boxes_outside, 1);
  EXPECT_EQ(result.boxes_without_area, 1);
  EXPECT_EQ(result.boxes_not_finite, 1);
  EXPECT_EQ(result.crowd_boxes, 1);
  EXPECT_EQ(result.difficult_boxes, 1);
}

TEST(BoxRules, ClippingCutsBoxesAtTheImage) {
  ConversionSet set = set_of(kBoxes);
  ConvertDataResult result;
  apply_box_rules({.clip = true}, set, result);
  EXPECT_EQ(kept(set), (std::vector<std::int64_t>{0, 1, 4, 5, 6}));
  EXPECT_EQ(set.splits[0].images[0].boxes[0].box, (PixelBox{10, 10, 20, 20}));
  EXPECT_EQ(set.splits[0].images[0].boxes[1].box, (PixelBox{90, 40, 10, 10}));
  EXPECT_LE(set.splits[0].images[0].boxes[2].box.x + set.splits[0].images[0].boxes[2].box.width,
            100.0);
  EXPECT_EQ(result.boxes_outside, 1);
}

TEST(BoxRules, CrowdsAndDifficultObjectsCanBeLeftOut) {
  ConversionSet set = set_of(kBoxes);
  ConvertDataResult result;
  apply_box_rules({.keep_crowd = false, .keep_difficult = false}, set, result);
  EXPECT_EQ(kept(set), (std::vector<std::int64_t>{0, 1, 2, 3, 4}));
  EXPECT_EQ(result.crowd_boxes, 1);
  EXPECT_EQ(result.difficult_boxes, 1);
}

}  // namespace
}  // namespace saker
