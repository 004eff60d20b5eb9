#include "data/check/box_check.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/random_stream.hpp"
#include "small_set.hpp"
#include "transforms/corner_boxes.hpp"

namespace saker {
namespace {

using test::findings_of;
using test::SmallSet;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
const ImageFacts kImage = {.width = 200, .height = 100};

TEST(BoxCheck, Fates) {
  EXPECT_EQ(fate_of({0.5, 0.5, 0.2, 0.2}, kImage), BoxFate::kKept);
  EXPECT_EQ(fate_of({0.9, 0.5, 0.4, 0.1}, kImage), BoxFate::kClipped);
  EXPECT_EQ(fate_of({0.5, 0.5, 3, 3}, kImage), BoxFate::kClipped);
  EXPECT_EQ(fate_of({1.5, 0.5, 0.2, 0.1}, kImage), BoxFate::kOutside);
  EXPECT_EQ(fate_of({-0.1, 0.5, 0.2, 0.1}, kImage), BoxFate::kOutside);
  EXPECT_EQ(fate_of({0.5, 0.5, 0, 0.1}, kImage), BoxFate::kDegenerate);
  EXPECT_EQ(fate_of({0.5, 0.5, 0.1, -0.1}, kImage), BoxFate::kDegenerate);
  EXPECT_EQ(fate_of({kNan, 0.5, 0.1, 0.1}, kImage), BoxFate::kDegenerate);
  EXPECT_EQ(fate_of({0.5, 0.5, kInfinity, 0.1}, kImage), BoxFate::kDegenerate);
  EXPECT_EQ(fate_of({0.5, 0.5, 1e-12, 0.1}, kImage), BoxFate::kDegenerate);
}

TEST(BoxCheck, RoundingIsNoOverhang) {
  // Six decimals of a box at the edge of 640 pixels.
  const ImageFacts image = {.width = 640, .height = 480};
  EXPECT_EQ(fate_of({0.960938, 0.5, 0.078126, 0.1}, image), BoxFate::kKept);
  // 0.9 and 1.1 pixels.
  EXPECT_EQ(fate_of({0.5, 0.5, 1 + 1.8 / 640, 0.1}, image), BoxFate::kKept);
  EXPECT_EQ(fate_of({0.5, 0.5, 1 + 2.2 / 640, 0.1}, image), BoxFate::kClipped);
  EXPECT_EQ(fate_of({0.5, 0.5, 1.0018, 0.1}, std::nullopt), BoxFate::kKept);
  EXPECT_EQ(fate_of({0.5, 0.5, 1.0022, 0.1}, std::nullopt), BoxFate::kClipped);
}

// The check tells what training does: its own code must agree.
TEST(BoxCheck, FatesAreThoseOfTraining) {
  RandomStream draws({.seed = 1, .purpose = "test"});
  int left_out = 0;
  for (int i = 0; i < 20000; ++i) {
    NormalizedBox box = {draws.uniform(-0.5, 1.5),
                         draws.uniform(-0.5, 1.5),
                         draws.uniform(-0.2, 1.2),
                         draws.uniform(-0.2, 1.2)};
    if (i % 10 == 0) box.width = std::pow(10, draws.uniform(-14, 0));
    if (i % 97 == 0) box.height = kNan;
    const BoxFate fate = fate_of(box, kImage);
    const bool kept = fate == BoxFate::kKept || fate == BoxFate::kClipped;
    const LabeledBoxes entered = enter_boxes({.boxes = {box}, .classes = {0}},
                                             {.height = kImage.height, .width = kImage.width});
    EXPECT_EQ(kept, entered.boxes.size() == 1)
        << box.center_x << ' ' << box.center_y << ' ' << box.width << ' ' << box.height;
    left_out += kept ? 0 : 1;
  }
  EXPECT_GT(left_out, 2000);
  EXPECT_LT(left_out, 18000);
}

TEST(BoxCheck, EveryBoxThatTrainingChangesIsReported) {
  SmallSet set;
  set.add_good("train", 2);
  set.add_image("train/bad.jpg", 100, 100);
  set.add_label("train/bad.txt",
                "0 nan 0.5 0.1 0.1\n"
                "0 0.5 0.5 0 0.1\n"
                "0 0.5 0.5 0.1 -0.1\n"
                "0 0.9 0.5 0.4 0.1\n"
                "0 1.5 0.5 0.2 0.1\n"
                "0 50 40 20 10\n"
                "0 0.5 0.5 0.005 0.005\n"
                "0 0.2 0.2 0.02 0.006\n");
  const DataCheckReport report = set.check({"train"});
  const std::vector<DataFinding> degenerate = findings_of(report, "box-degenerate");
  ASSERT_EQ(degenerate.size(), 3U);
  EXPECT_EQ(degenerate[0].message, "a number is not finite");
  EXPECT_EQ(degenerate[1].message, "a side of 0");
  EXPECT_EQ(degenerate[1].value, "0.5 0.5 0 0.1");
  EXPECT_EQ(degenerate[2].message, "a negative side");
  ASSERT_EQ(findings_of(report, "box-clipped").size(), 1U);
  EXPECT_EQ(findings_of(report, "box-clipped")[0].line, 4);
  EXPECT_NE(findings_of(report, "box-clipped")[0].message.find("10 pixels"), std::string::npos);
  const std::vector<DataFinding> outside = findings_of(report, "box-outside");
  ASSERT_EQ(outside.size(), 2U);
  EXPECT_EQ(outside[0].message, "wholly outside");
  EXPECT_NE(outside[1].message.find("pixels"), std::string::npos);
  const std::vector<DataFinding> tiny = findings_of(report, "box-tiny");
  ASSERT_EQ(tiny.size(), 2U);
  EXPECT_EQ(tiny[0].line, 7);
  EXPECT_EQ(tiny[1].line, 8);
  EXPECT_FALSE(report.training_would_stop());
}

TEST(BoxCheck, BoxesOnTopOfEachOther) {
  SmallSet set;
  set.add_good("train", 2);
  set.add_image("train/pairs.jpg");
  set.add_label("train/pairs.txt",
                "0 0.5 0.5 0.4 0.4\n"
                "0 0.505 0.5 0.4 0.4\n"    // IoU 0.975
                "1 0.505 0.5 0.4 0.4\n"    // another class
                "0 0.55 0.5 0.4 0.4\n"     // IoU below 0.9 with both
                "0 0.505 0.499 0.4 0.4\n"  // with lines 1 and 2
                "0 0.1 0.1 0.1 0.1\n");
  const std::vector<DataFinding> pairs = findings_of(set.check({"train"}), "box-repeated");
  ASSERT_EQ(pairs.size(), 3U);
  EXPECT_EQ(pairs[0].line, 2);
  EXPECT_TRUE(pairs[0].message.ends_with("line 1")) << pairs[0].message;
  EXPECT_EQ(pairs[1].line, 5);
  EXPECT_TRUE(pairs[1].message.ends_with("line 1"));
  EXPECT_EQ(pairs[2].line, 5);
  EXPECT_TRUE(pairs[2].message.ends_with("line 2"));
}

// A stack that is long along y would be quadratic only within one place of x.
TEST(BoxCheck, PairsAreThoseOfComparingAll) {
  RandomStream draws({.seed = 2, .purpose = "test"});
  CheckedLabels labels{.file = "a.txt", .boxes = {}, .ignored_classes = {}};
  for (int i = 0; i < 300; ++i) {
    labels.boxes.push_back({.class_index = draws.uniform_int(0, 1),
                            .box = {0.5 + draws.uniform(-0.02, 0.02),
                                    0.5 + draws.uniform(-0.02, 0.02),
                                    0.3 + draws.uniform(-0.02, 0.02),
                                    0.3 + draws.uniform(-0.02, 0.02)},
                            .line = i + 1});
  }
  std::size_t expected = 0;
  for (std::size_t i = 0; i < labels.boxes.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const NormalizedBox& a = labels.boxes[i].box;
      const NormalizedBox& b = labels.boxes[j].box;
      if (labels.boxes[i].class_index != labels.boxes[j].class_index) continue;
      const auto overlap = [](double ca, double sa, double cb, double sb) {
        return std::min(ca + sa / 2, cb + sb / 2) - std::max(ca - sa / 2, cb - sb / 2);
      };
      const double both = overlap(a.center_x, a.width, b.center_x, b.width) *
                          overlap(a.center_y, a.height, b.center_y, b.height);
      if (both / (a.width * a.height + b.width * b.height - both) >= 0.9) ++expected;
    }
  }
  Findings findings;
  check_boxes("a.jpg", "train", labels, kImage, findings);
  const std::vector<DataFindingGroup> groups = std::move(findings).groups();
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups[0].kind, "box-repeated");
  EXPECT_GT(expected, 100U);
  EXPECT_EQ(groups[0].findings.size(), expected);
}

}  // namespace
}  // namespace saker
