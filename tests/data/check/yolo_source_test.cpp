#include "data/check/yolo_source.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "small_set.hpp"

namespace saker {
namespace {

namespace fs = std::filesystem;
using test::findings_of;
using test::kinds_of;
using test::severity_of;
using test::SmallSet;

TEST(YoloSource, EveryLineThatCannotBeReadIsReported) {
  SmallSet set;
  set.add_good("train", 2);
  set.add_image("train/bad.jpg");
  set.add_label("train/bad.txt",
                "0 0.5 0.5 0.2\n0 0.5 0.5 0.2 0.2\n\n0 a 0.5 0.2 0.2\nnan 0 0 1 1\n");
  const DataCheckReport report = set.check({"train"});
  const std::vector<DataFinding> findings = findings_of(report, "label-syntax");
  ASSERT_EQ(findings.size(), 3U);
  EXPECT_EQ(findings[0].line, 1);
  EXPECT_EQ(findings[0].file, set.label_path("train/bad.txt"));
  EXPECT_EQ(findings[0].value, "0 0.5 0.5 0.2");
  EXPECT_EQ(findings[0].image, set.image_path("train/bad.jpg"));
  EXPECT_EQ(findings[1].line, 4);
  EXPECT_NE(findings[1].message.find("'a' is not a number"), std::string::npos);
  EXPECT_EQ(findings[2].line, 5);
  EXPECT_TRUE(report.training_would_stop());
  // The good line between them still counts.
  EXPECT_EQ(report.splits[0].boxes, 5);
}

TEST(YoloSource, ClassesOutsideOfNames) {
  SmallSet set;
  set.data.ignore_classes = {5, 9};
  set.add_good("train", 2);
  set.add_image("train/bad.jpg");
  set.add_label("train/bad.txt",
                "7 0.5 0.5 0.2 0.2\n5 0.5 0.5 0.2 0.2\n1.5 0.2 0.2 0.2 0.2\n-1 0.2 0.2 0.1 0.1\n");
  const DataCheckReport report = set.check({"train"});
  const std::vector<DataFinding> unknown = findings_of(report, "class-unknown");
  ASSERT_EQ(unknown.size(), 2U);
  EXPECT_EQ(unknown[0].value, "7");
  EXPECT_EQ(unknown[1].value, "-1");
  EXPECT_EQ(unknown[1].line, 4);
  EXPECT_EQ(findings_of(report, "label-class-fraction")[0].value, "1.5");
  EXPECT_EQ(report.splits[0].ignored_boxes, 1);
  // 5 is in a label, 9 nowhere.
  ASSERT_EQ(findings_of(report, "ignored-class-unknown").size(), 1U);
  EXPECT_EQ(findings_of(report, "ignored-class-unknown")[0].value, "9");
}

TEST(YoloSource, ColumnsBeyondTheFifth) {
  SmallSet set;
  set.add_good("train", 2);
  set.add_image("train/wide.jpg");
  set.add_label("train/wide.txt",
                "0 .1 .1 .4 .1 .4 .5 .1 .5\n0 0.5 0.5 0.5 0.5 0.9\n0 0.25 0.25 0.25 0.25\n");
  const DataCheckReport report = set.check({"train"});
  ASSERT_EQ(findings_of(report, "label-polygon").size(), 1U);
  EXPECT_EQ(findings_of(report, "label-polygon")[0].line, 1);
  EXPECT_EQ(findings_of(report, "label-polygon")[0].value, "9");
  EXPECT_EQ(severity_of(report, "label-polygon"), FindingSeverity::kWarning);
  EXPECT_EQ(findings_of(report, "label-sixth-column")[0].line, 2);
  EXPECT_EQ(severity_of(report, "label-sixth-column"), FindingSeverity::kNote);
}

TEST(YoloSource, RepeatedLinesNameTheFirst) {
  SmallSet set;
  set.add_good("train", 2);
  set.add_image("train/twice.jpg");
  set.add_label("train/twice.txt", "0 0.5 0.5 0.2 0.2\n1 0.5 0.5 0.1 0.1\n 0 0.5 0.5 0.2 0.2 \n");
  const std::vector<DataFinding> findings =
      findings_of(set.check({"train"}), "label-line-repeated");
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].line, 3);
  EXPECT_EQ(findings[0].message, "the same as line 1");
}

TEST(YoloSource, LabelFilesThatAreMissingEmptyOrNoFiles) {
  SmallSet set;
  set.add_good("train", 2);
  for (const char* name : {"train/missing.jpg", "train/empty.jpg", "train/folder.jpg"})
    set.add_image(name);
  set.add_label("train/empty.txt", " \n\n");
  fs::create_directories(set.label_path("train/folder.txt"));
  const DataCheckReport report = set.check({"train"});
  EXPECT_EQ(findings_of(report, "label-missing")[0].file, set.label_path("train/missing.txt"));
  EXPECT_EQ(findings_of(report, "label-empty")[0].file, set.label_path("train/empty.txt"));
  EXPECT_EQ(findings_of(report, "label-unreadable")[0].file, set.label_path("train/folder.txt"));
  EXPECT_EQ(severity_of(report, "label-unreadable"), FindingSeverity::kError);
  EXPECT_EQ(report.splits[0].images_without_boxes, 3);
}

TEST(YoloSource, ImagesWithoutALabelFileMayBeLeftOut) {
  SmallSet set;
  set.data.skip_if_label_file_missing = true;
  set.add_good("train", 2);
  set.add_image("train/missing.jpg");
  const DataCheckReport report = set.check({"train"});
  EXPECT_EQ(report.splits[0].images, 2);
  EXPECT_EQ(findings_of(report, "label-missing")[0].file, set.image_path("train/missing.jpg"));
}

TEST(YoloSource, LabelsWithoutAnImage) {
  SmallSet set;
  set.add_good("train", 2);
  set.add_label("train/gone.txt", "0 0.5 0.5 0.2 0.2\n");
  set.add_label("train/classes.txt", "cat\ndog\n");
  set.add_label("train/moving.txt", "0 0.5 0.5 0.2 0.2\n");
  test::write_text(set.image_path("train/moving.gif"), "GIF89a");
  const DataCheckReport report = set.check({"train"});
  const std::vector<DataFinding> findings = findings_of(report, "label-without-image");
  ASSERT_EQ(findings.size(), 3U);
  EXPECT_NE(findings[0].message.find("list of names"), std::string::npos);
  EXPECT_EQ(findings[1].file, set.label_path("train/gone.txt"));
  EXPECT_NE(findings[2].message.find("not read"), std::string::npos);
  EXPECT_EQ(findings_of(report, "image-ignored")[0].value, ".gif");
}

TEST(YoloSource, FilesThatAreNotRead) {
  SmallSet set;
  set.add_good("train", 2);
  set.add_image("train/photo.jpg");
  fs::rename(set.image_path("train/photo.jpg"), set.image_path("train/photo.jfif"));
  test::write_text(set.image_path("train/Thumbs.db"), "thumbs");
  const DataCheckReport report = set.check({"train"});
  EXPECT_EQ(findings_of(report, "image-ignored")[0].message, "holds a JPEG image");
  EXPECT_EQ(findings_of(report, "file-ignored")[0].file, set.image_path("train/Thumbs.db"));
}

TEST(YoloSource, ImagesThatShareALabelFile) {
  SmallSet set;
  set.add_good("train", 2);
  set.add_image("train/good0.b.jpg");
  set.add_label("train/good0.b.txt", "0 0.5 0.5 0.5 0.5\n");
  set.add_image("train/good0.png");
  const std::vector<DataFinding> findings = findings_of(set.check({"train"}), "label-shared");
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].file, set.image_path("train/good0.jpg"));
  EXPECT_EQ(findings[0].others,
            std::vector<std::string>{set.image_path("train/good0.png").string()});
}

TEST(YoloSource, LinksThatLeadBack) {
  SmallSet set;
  set.add_good("train", 2);
  fs::create_directory_symlink(set.image_path("train"), set.image_path("train/loop"));
  const DataCheckReport report = set.check({"train"});
  EXPECT_EQ(findings_of(report, "link-loop")[0].file, set.image_path("train/loop"));
  EXPECT_EQ(report.splits[0].images, 2);
}

TEST(YoloSource, SplitsWithoutImagesOrLabels) {
  SmallSet set;
  set.add_good("train", 2);
  DataCheckReport report = set.check();
  EXPECT_EQ(findings_of(report, "split-empty")[0].split, "val");
  EXPECT_EQ(findings_of(report, "split-empty")[0].message, "is no folder");
  EXPECT_TRUE(report.training_would_stop());

  set.add_image("val/a.jpg");
  set.add_image("val/b.jpg");
  report = set.check();
  EXPECT_EQ(findings_of(report, "label-folder-missing")[0].file, set.label_path("val"));
  EXPECT_EQ(findings_of(report, "split-without-boxes")[0].split, "val");
  EXPECT_FALSE(report.training_would_stop());
}

TEST(YoloSource, WhatWouldStopTrainingIsAWarningInTheTestSplit) {
  SmallSet set;
  set.data.test = "images/test";
  set.add_good("train", 2);
  set.add_good("val", 2);
  set.add_good("test", 2);
  set.add_label("test/good0.txt", "nonsense\n");
  const DataCheckReport report = set.check();
  EXPECT_EQ(severity_of(report, "label-syntax"), FindingSeverity::kWarning);
  EXPECT_FALSE(report.training_would_stop());
}

TEST(YoloSource, FoldersWithoutTheRightToRead) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  SmallSet set;
  set.add_good("train", 2);
  fs::create_directories(set.image_path("train/locked"));
  fs::permissions(set.image_path("train/locked"), fs::perms::none);
  const DataCheckReport report = set.check({"train"});
  fs::permissions(set.image_path("train/locked"), fs::perms::all);
  EXPECT_EQ(findings_of(report, "folder-unreadable")[0].file, set.image_path("train/locked"));
  EXPECT_TRUE(report.training_would_stop());
}

}  // namespace
}  // namespace saker
