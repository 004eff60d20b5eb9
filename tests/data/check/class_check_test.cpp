#include "data/check/class_check.hpp"

#include <gtest/gtest.h>

#include "small_set.hpp"

namespace saker {
namespace {

using test::findings_of;
using test::kinds_of;

std::vector<DataFindingGroup> name_groups(const ClassNames& names) {
  DataArgs data;
  data.names = names;
  Findings findings;
  check_names(data, findings);
  return std::move(findings).groups();
}

SplitSummary split_of(const std::string& name,
                      std::int64_t images,
                      const std::vector<std::int64_t>& boxes,
                      const std::vector<std::int64_t>& images_per_class) {
  SplitSummary split;
  split.split = name;
  split.images = images;
  for (const std::int64_t count : boxes) split.boxes += count;
  split.boxes_per_class = boxes;
  split.images_per_class = images_per_class;
  return split;
}

DataCheckReport report_of(const std::vector<SplitSummary>& splits) {
  Findings findings;
  check_splits({{0, "cat"}, {4, "dog"}}, splits, findings);
  DataCheckReport report;
  report.groups = std::move(findings).groups();
  return report;
}

TEST(ClassCheck, NamesThatAreEqualOrEasilyMistaken) {
  EXPECT_TRUE(name_groups({{0, "cat"}, {1, "dog"}}).empty());
  const auto groups = name_groups({{0, "cat"}, {1, "cat"}, {2, "Cat "}, {3, ""}, {4, " dog"}});
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[0].kind, "names-equal");
  ASSERT_EQ(groups[0].findings.size(), 1U);
  EXPECT_EQ(groups[0].findings[0].message, "class 1 has the name of class 0");
  EXPECT_EQ(groups[1].kind, "names-odd");
  EXPECT_EQ(groups[1].findings.size(), 3U);
}

TEST(ClassCheck, NothingToReport) {
  EXPECT_TRUE(
      report_of({split_of("train", 20, {30, 20}, {15, 12}), split_of("val", 10, {12, 9}, {9, 8})})
          .groups.empty());
}

TEST(ClassCheck, ClassesThatAreMissingInASplit) {
  DataCheckReport report =
      report_of({split_of("train", 20, {30, 0}, {15, 0}), split_of("val", 10, {12, 9}, {9, 8})});
  EXPECT_EQ(kinds_of(report), std::vector<std::string>{"class-only-in-val"});
  EXPECT_NE(report.groups[0].findings[0].message.find("class 4 'dog' has 9 boxes"),
            std::string::npos);

  report =
      report_of({split_of("train", 20, {30, 0}, {15, 0}), split_of("val", 10, {12, 0}, {9, 0})});
  EXPECT_EQ(kinds_of(report), std::vector<std::string>{"class-without-boxes"});

  report =
      report_of({split_of("train", 20, {30, 9}, {15, 5}), split_of("val", 10, {12, 0}, {9, 0})});
  EXPECT_EQ(kinds_of(report), std::vector<std::string>{"class-without-val-boxes"});
}

TEST(ClassCheck, Imbalances) {
  DataCheckReport report = report_of(
      {split_of("train", 500, {1000, 10}, {400, 1}), split_of("val", 600, {30, 2}, {20, 2})});
  EXPECT_EQ(kinds_of(report),
            (std::vector<std::string>{"split-sizes", "class-in-one-image", "class-imbalance"}));
  report = report_of({split_of("train", 1, {1, 1}, {1, 1}), split_of("val", 1, {1, 1}, {1, 1})});
  EXPECT_EQ(kinds_of(report), std::vector<std::string>{"split-of-one-image"});
  EXPECT_EQ(report.groups[0].findings.size(), 2U);
}

TEST(ClassCheck, ASplitWithoutBoxesSaysNothingOfItsClasses) {
  const DataCheckReport report =
      report_of({split_of("train", 20, {0, 0}, {0, 0}), split_of("val", 10, {12, 9}, {9, 8})});
  EXPECT_EQ(kinds_of(report), std::vector<std::string>{"split-without-boxes"});
}

}  // namespace
}  // namespace saker
