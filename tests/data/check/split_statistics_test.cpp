#include "data/check/split_statistics.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "small_set.hpp"

namespace saker {
namespace {

using test::SmallSet;

std::string cats(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "0 0." + std::to_string(10 + i * 4) + " 0.5 0.03 0.2\n";
  return text;
}

TEST(SplitStatistics, Ranges) {
  EXPECT_EQ(range_of({}).maximum, 0);
  const ValueRange range = range_of({5, 1, 9, 3});
  EXPECT_EQ(range.minimum, 1);
  EXPECT_EQ(range.median, 3);
  EXPECT_EQ(range.maximum, 9);
}

TEST(SplitStatistics, CountsWhatTrainingUses) {
  SmallSet set;
  set.add_image("train/a.jpg", 100, 80);
  set.add_label("train/a.txt", "0 0.5 0.5 0.4 0.5\n0 0.5 0.5 0 0\n1 2 2 0.1 0.1\n");
  set.add_image("train/b.jpg", 60, 120);
  const DataCheckReport report = set.check({"train"});
  const SplitSummary& split = report.splits[0];
  EXPECT_EQ(split.images, 2);
  EXPECT_EQ(split.decoded_images, 2);
  EXPECT_EQ(split.boxes, 1);
  EXPECT_EQ(split.images_without_boxes, 1);
  EXPECT_EQ(split.boxes_per_class, (std::vector<std::int64_t>{1, 0}));
  EXPECT_EQ(split.images_per_class, (std::vector<std::int64_t>{1, 0}));
  EXPECT_EQ(split.width.minimum, 60);
  EXPECT_EQ(split.width.maximum, 100);
  EXPECT_EQ(split.height.maximum, 120);
  EXPECT_EQ(split.boxes_per_image.maximum, 1);
  // 40 x 40 pixels: 2^5 <= 40 < 2^5.5.
  EXPECT_EQ(split.box_sizes[10], 1);
  EXPECT_EQ(std::accumulate(split.box_sizes.begin(), split.box_sizes.end(), std::int64_t{0}), 1);
}

TEST(SplitStatistics, ImagesWithFarFewerBoxes) {
  SmallSet set;
  for (int i = 0; i < 24; ++i) {
    const std::string stem = "train/a" + std::to_string(10 + i);
    set.add_image(stem + ".png", 40, 40);
    set.add_label(stem + ".txt", cats(i == 7 ? 2 : i == 9 ? 3 : 8));
  }
  const std::vector<DataFinding> findings = test::findings_of(set.check({"train"}), "few-boxes");
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].file, set.label_path("train/a17.txt"));
  EXPECT_EQ(findings[0].image, set.image_path("train/a17.png"));
  EXPECT_EQ(findings[0].message,
            "2 boxes of class 'cat', where the middle image of the split has 8");
}

TEST(SplitStatistics, CountsThatVaryAreNotReported) {
  SmallSet set;
  for (int i = 0; i < 24; ++i) {
    const std::string stem = "train/a" + std::to_string(10 + i);
    set.add_image(stem + ".png", 40, 40);
    set.add_label(stem + ".txt", cats(i % 4 == 0 ? 1 : 8));  // a quarter of them
  }
  for (const std::string& kind : test::kinds_of(set.check({"train"}))) EXPECT_NE(kind, "few-boxes");
}

}  // namespace
}  // namespace saker
