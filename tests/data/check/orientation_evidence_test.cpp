#include "data/check/orientation_evidence.hpp"

#include <gtest/gtest.h>

#include "core/random_stream.hpp"
#include "image/encode.hpp"
#include "small_set.hpp"

namespace saker {
namespace {

// Bottles: boxes three times as high as wide, in pixels, give or take a tenth.
CheckedLabels bottles(double width, double height, int count, RandomStream& draws) {
  CheckedLabels labels{.file = "a.txt", .boxes = {}, .ignored_classes = {}};
  for (int i = 0; i < count; ++i) {
    const double box_width = draws.uniform(20, 40);
    const double box_height = 3 * box_width * draws.uniform(0.9, 1.1);
    labels.boxes.push_back(
        {.class_index = 0, .box = {0.5, 0.5, box_width / width, box_height / height}, .line = 1});
  }
  return labels;
}

class Orientation : public ::testing::Test {
 protected:
  // Images of 640 x 480 pixels that are not turned.
  void learn(int images) {
    for (int i = 0; i < images; ++i)
      evidence_.add("train", "plain.jpg", bottles(640, 480, 2, draws_), {640, 480, 1});
  }
  // A phone's picture, stored as 640 x 480 and shown as 480 x 640.
  void add_turned(const std::string& name,
                  int boxes,
                  bool labelled_as_stored,
                  int orientation = 6) {
    evidence_.add(
        "train",
        name,
        labelled_as_stored ? bottles(640, 480, boxes, draws_) : bottles(480, 640, boxes, draws_),
        {480, 640, orientation});
  }
  std::vector<std::string> reported() {
    Findings findings;
    evidence_.report(findings);
    std::vector<std::string> images;
    for (const DataFindingGroup& group : std::move(findings).groups()) {
      EXPECT_EQ(group.kind, "exif-labels");
      for (const DataFinding& finding : group.findings) images.push_back(finding.image);
    }
    return images;
  }

  RandomStream draws_{{.seed = 3, .purpose = "test"}};
  OrientationEvidence evidence_;
};

TEST_F(Orientation, LabelsOfTheStoredImageAreFound) {
  learn(30);
  add_turned("wrong.jpg", 3, true);
  add_turned("right.jpg", 3, false);
  EXPECT_EQ(reported(), std::vector<std::string>{"wrong.jpg"});
}

TEST_F(Orientation, RightLabelsAreNotReported) {
  learn(30);
  for (int i = 0; i < 20; ++i) add_turned("right.jpg", 2, false, 5 + i % 4);
  EXPECT_TRUE(reported().empty());
}

TEST_F(Orientation, ManyImagesTogetherSayWhatEachAloneDoesNot) {
  learn(30);
  for (const char* name : {"a.jpg", "b.jpg", "c.jpg"}) add_turned(name, 1, true);
  EXPECT_EQ(reported(), (std::vector<std::string>{"a.jpg", "b.jpg", "c.jpg"}));
}

TEST_F(Orientation, OneBoxAloneIsNotEnough) {
  learn(30);
  add_turned("a.jpg", 1, true);
  EXPECT_TRUE(reported().empty());
}

TEST_F(Orientation, ClassesOfFewBoxesSayNothing) {
  learn(9);
  add_turned("a.jpg", 5, true);
  EXPECT_TRUE(reported().empty());
}

TEST_F(Orientation, HalfTurnsLeaveNoTrace) {
  learn(30);
  evidence_.add("train", "half.jpg", bottles(480, 640, 5, draws_), {640, 480, 3});
  EXPECT_TRUE(reported().empty());
}

TEST_F(Orientation, SquareImagesSayNothing) {
  learn(30);
  evidence_.add("train", "square.jpg", bottles(500, 500, 5, draws_), {500, 500, 6});
  EXPECT_TRUE(reported().empty());
}

TEST(OrientationOfFiles, AreCheckedFromTheFilesThemselves) {
  test::SmallSet set;
  set.add_turned_phone();
  const std::vector<DataFinding> findings = test::findings_of(set.check({"train"}), "exif-labels");
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].image, set.image_path("train/phone.jpg"));
  EXPECT_EQ(findings[0].file, set.label_path("train/phone.txt"));
}

}  // namespace
}  // namespace saker
