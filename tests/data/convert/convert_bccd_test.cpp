// A real data set there and back: 364 images, 4888 boxes.
#include <gtest/gtest.h>

#include <filesystem>

#include "golden.hpp"
#include "loaded_sets.hpp"
#include "saker/data_convert.hpp"
#include "temporary_folder.hpp"

namespace saker {
namespace {

TEST(ConvertBccd, YoloToCocoToYoloIsTheSameToATraining) {
  const std::filesystem::path folder = test::data_path("bccd");
  if (folder.empty()) GTEST_SKIP() << "bccd is not there";
  const test::TemporaryFolder out;
  const ConvertDataResult coco =
      convert_data({.in = {folder}, .out = out / "coco", .to = "coco", .images = "symlink"});
  EXPECT_EQ(coco.from, "yolo");
  ASSERT_EQ(coco.splits.size(), 3U);
  EXPECT_EQ(coco.splits[0].boxes + coco.splits[1].boxes + coco.splits[2].boxes, 4886);
  EXPECT_EQ(coco.linked_images, 364);
  // The 148 boxes that reach over the edge by a millionth are none that reach over it.
  EXPECT_EQ(coco.boxes_over_edge + coco.boxes_outside + coco.boxes_without_area, 0);
  EXPECT_TRUE(coco.warnings.empty());
  const ConvertDataResult back = convert_data(
      {.in = {coco.data_yaml}, .out = out / "yolo", .to = "yolo", .images = "symlink"});
  const DataArgs original = {.path = (folder / "data.yaml").string()};
  for (const char* split : {"train", "val", "test"}) {
    test::expect_same_split(original, {.path = coco.data_yaml}, split);
    test::expect_same_split(original, {.path = back.data_yaml}, split);
  }
}

}  // namespace
}  // namespace saker
