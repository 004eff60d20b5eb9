#include <gtest/gtest.h>

#include "saker/data_check.hpp"
#include "saker/error.hpp"
#include "small_set.hpp"

namespace saker {
namespace {

using test::SmallSet;

TEST(CheckData, AGoodSetHasNothingToReport) {
  SmallSet set;
  set.add_good("train", 4);
  set.add_good("val", 3);
  const DataCheckReport report = set.check();
  EXPECT_TRUE(report.groups.empty()) << report.groups[0].kind;
  EXPECT_FALSE(report.training_would_stop());
  ASSERT_EQ(report.splits.size(), 2U);
  EXPECT_EQ(report.splits[1].split, "val");
  EXPECT_EQ(report.splits[1].folder, set.image_path("val").string());
}

TEST(CheckData, TheReportIsTheSameForAnyNumberOfThreads) {
  SmallSet set;
  set.add_good("train", 30);
  set.add_good("val", 5);
  for (int i = 0; i < 30; i += 3) {
    set.add_label("train/good" + std::to_string(i) + ".txt",
                  "0 0.9 0.5 0.5 0.5\nbroken\n8 0 0 0 0\n0 0.5 0.5 0 0\n");
  }
  const auto json = [&](std::int64_t threads) {
    return to_value(check_data({.data = set.data, .threads = threads})).to_json();
  };
  const std::string one = json(1);
  EXPECT_EQ(json(2), one);
  EXPECT_EQ(json(7), one);
}

TEST(CheckData, ProgressCountsEveryImageOfAllSplits) {
  SmallSet set;
  set.add_good("train", 4);
  set.add_good("val", 3);
  std::vector<std::int64_t> done;
  check_data({.data = set.data, .progress = [&](std::int64_t now, std::int64_t total) {
                EXPECT_EQ(total, 7);
                done.push_back(now);
              }});
  EXPECT_EQ(done, (std::vector<std::int64_t>{1, 2, 3, 4, 5, 6, 7}));
}

TEST(CheckData, ADataFileWithKeysOfItsOwn) {
  SmallSet set;
  set.add_good("train", 4);
  set.add_good("val", 3);
  test::write_text(set.root() / "data.yaml",
                   "train: images/train\nval: images/val\nnames: [cat, dog]\nnc: 2\n");
  const DataCheckReport report =
      check_data({.data = {.path = (set.root() / "data.yaml").string()}});
  EXPECT_EQ(report.data, (set.root() / "data.yaml").string());
  EXPECT_EQ(test::kinds_of(report), std::vector<std::string>{"data-keys"});
  EXPECT_NE(report.groups[0].findings[0].message.find("'nc'"), std::string::npos);
}

TEST(CheckData, WrongArgumentsAreErrors) {
  SmallSet set;
  set.add_good("train", 2);
  EXPECT_THROW(set.check({"dev"}), Error);
  EXPECT_THROW(set.check({"test"}), Error);
  EXPECT_THROW(check_data({.data = set.data, .threads = -1}), Error);
  EXPECT_THROW(check_data({.data = {.path = "nowhere.yaml"}}), Error);
}

}  // namespace
}  // namespace saker
