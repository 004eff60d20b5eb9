#include "data/dataset_statistics.hpp"

#include <gtest/gtest.h>

namespace saker {
namespace {

using Lines = std::vector<std::string>;

TEST(DatasetStatistics, AQuietDataSetHasOneLine) {
  DatasetStatistics statistics;
  statistics.split = "val";
  statistics.images = 2;
  statistics.boxes = 1;
  statistics.class_names = {"a", "b"};
  statistics.boxes_per_class = {1, 0};
  EXPECT_EQ(statistics.log_lines(), Lines{"val: 2 images, 1 box (a 1, b 0)"});
  EXPECT_TRUE(statistics.warnings().empty());
}

TEST(DatasetStatistics, EverythingLeftOutIsTold) {
  DatasetStatistics statistics;
  statistics.split = "train";
  statistics.folder = "/d/images";
  statistics.images = 6;
  statistics.without_label_file = 1;
  statistics.with_empty_label_file = 2;
  statistics.with_ignored_classes_only = 3;
  statistics.skipped_images = 4;
  statistics.ignored_boxes = 5;
  statistics.duplicate_lines = 1;
  statistics.wide_lines = 7;
  statistics.ignored_files = 8;
  EXPECT_EQ(statistics.log_lines(),
            (Lines{"train: 6 images, 0 boxes",
                   "train: 6 images without boxes are used as negatives: 1 without a label file, 2 "
                   "with an empty one, 3 with "
                   "ignored classes only",
                   "train: 4 images without a label file left out (skip_if_label_file_missing)",
                   "train: 5 boxes of ignored classes left out",
                   "train: 1 label line left out repeating a line of the same label file"}));
  const Lines warnings = statistics.warnings();
  ASSERT_EQ(warnings.size(), 2U);
  EXPECT_EQ(warnings[0].find("train: 7 label lines have more than 6 columns"), 0U);
  EXPECT_EQ(warnings[1].find("train: 8 images of other formats under /d/images left out"), 0U);
}

TEST(DatasetStatistics, ManyClassesAreCutShort) {
  DatasetStatistics statistics;
  statistics.split = "train";
  statistics.class_names.assign(80, "c");
  statistics.boxes_per_class.assign(80, 1);
  EXPECT_NE(statistics.log_lines()[0].find("and 60 more classes"), std::string::npos);
}

TEST(DatasetStatistics, WarnsOfTrainingClassesWithoutBoxes) {
  DatasetStatistics statistics;
  statistics.split = "train";
  statistics.images = 1;
  statistics.boxes = 1;
  statistics.class_names = {"a", "b"};
  statistics.boxes_per_class = {1, 0};
  EXPECT_EQ(statistics.warnings(), Lines{"train: class 'b' has no boxes"});
}

}  // namespace
}  // namespace saker
