#include "transforms/corner_boxes.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "geometric_golden.hpp"

namespace saker {
namespace {

TEST(CornerBoxes, HardBoxesEqualTheReference) {
  SAKER_GOLDEN(path, "transforms/box_filter.json");
  int cases = 0;
  for (const auto& golden : test::read_json(path)) {
    if (golden["kind"] != "sample_pipeline_filter") continue;
    ++cases;
    const ImageSize size = {golden["size"][0], golden["size"][1]};
    nlohmann::ordered_json labels = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < golden["boxes_in"].size(); ++i) labels.push_back(i);
    LabeledBoxes boxes = enter_boxes(test::read_annotations(golden["boxes_in"], labels), size);
    filter_boxes(boxes, size, golden["train"].get<bool>() ? 1 : 0);
    test::expect_annotations(leave_boxes(boxes),
                             test::read_annotations(golden["boxes_out"], golden["labels_out"]),
                             1e-6);
  }
  EXPECT_EQ(cases, 6);
}

TEST(CornerBoxes, SmallSidesEqualTheReference) {
  SAKER_GOLDEN(path, "transforms/box_filter.json");
  for (const auto& golden : test::read_json(path)) {
    if (golden["kind"] != "min_bbox_size_px") continue;
    Annotations annotations;
    std::vector<std::int64_t> expected;
    for (std::size_t i = 0; i < golden["boxes_in"].size(); ++i) {
      const auto& box = golden["boxes_in"][i];
      annotations.boxes.push_back({box[0], box[1], box[2], box[3]});
      annotations.classes.push_back(static_cast<std::int64_t>(i));
      if (golden["keep"][i].get<bool>()) expected.push_back(static_cast<std::int64_t>(i));
    }
    drop_small_boxes(annotations, {golden["size"][0], golden["size"][1]}, golden["min_size_px"]);
    EXPECT_EQ(annotations.classes, expected);
  }
}

TEST(CornerBoxes, EntersAsAFileMaySayIt) {
  Annotations annotations;
  annotations.boxes = {{0.9, 0.5, 0.4, 0.1},
                       {0.5, 0.5, 3, 3},
                       {1.5, 0.5, 0.2, 0.1},
                       {0.5, 0.5, 0, 0.1},
                       {0.5, 0.5, -0.2, 0.1},
                       {std::nan(""), 0.5, 0.1, 0.1},
                       {0.5, 0.5, 0.001, 0.001},
                       {0.5, 0.5, -0.1, -0.1}};
  annotations.classes = {0, 1, 2, 3, 4, 5, 6, 7};
  const Annotations kept = leave_boxes(enter_boxes(annotations, {100, 200}));
  test::expect_annotations(
      kept, {{{0.85, 0.5, 0.3, 0.1}, {0.5, 0.5, 1, 1}, {0.5, 0.5, 0.001, 0.001}}, {0, 1, 6}}, 1e-6);
}

TEST(CornerBoxes, FilteringTwiceChangesNothing) {
  LabeledBoxes boxes{{{-0.2, 0.1, 0.3, 0.4}, {0.99, 0.99, 1.4, 1.2}, {0.5, 0.5, 0.51, 0.51}},
                     {0, 1, 2}};
  filter_boxes(boxes, {50, 60}, 1);
  const LabeledBoxes once = boxes;
  filter_boxes(boxes, {50, 60}, 1);
  EXPECT_EQ(boxes.boxes, once.boxes);
  EXPECT_EQ(boxes.classes, (std::vector<std::int64_t>{0}));
}

TEST(CornerBoxes, NoBoxesStayNoBoxes) {
  LabeledBoxes boxes = enter_boxes({}, {10, 10});
  filter_boxes(boxes, {10, 10}, 1);
  EXPECT_TRUE(leave_boxes(boxes).boxes.empty());
}

}  // namespace
}  // namespace saker
