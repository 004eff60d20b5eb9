// A real data set: its known oddities are found, and nothing is made of what is right.
#include <gtest/gtest.h>

#include <set>

#include "golden.hpp"
#include "saker/data_check.hpp"
#include "small_set.hpp"

namespace saker {
namespace {

TEST(CheckBccd, ItsOdditiesAreFound) {
  const std::filesystem::path folder = test::data_path("bccd");
  if (folder.empty()) GTEST_SKIP() << "bccd is not there";
  const DataCheckReport report = check_data({.data = {.path = (folder / "data.yaml").string()}});
  EXPECT_FALSE(report.training_would_stop());
  // Cells that were marked twice, and images whose red cells are not marked; nothing of the 148
  // boxes that reach over the edge by a millionth.
  EXPECT_EQ(test::kinds_of(report), (std::vector<std::string>{"box-repeated", "few-boxes"}));
  EXPECT_EQ(test::findings_of(report, "box-repeated").size(), 7U);
  const std::vector<DataFinding> few = test::findings_of(report, "few-boxes");
  EXPECT_EQ(few.size(), 17U);
  for (const DataFinding& finding : few)
    EXPECT_NE(finding.message.find("of class 'RBC'"), std::string::npos) << finding.message;
  ASSERT_EQ(report.splits.size(), 3U);
  EXPECT_EQ(report.splits[0].images, 205);
  EXPECT_EQ(report.splits[0].boxes_per_class, (std::vector<std::int64_t>{2381, 214, 209}));
  EXPECT_EQ(report.splits[1].boxes_per_class, (std::vector<std::int64_t>{967, 87, 83}));
  EXPECT_EQ(report.splits[2].boxes_per_class, (std::vector<std::int64_t>{805, 71, 69}));
  EXPECT_EQ(report.splits[0].width.minimum, 640);
  EXPECT_EQ(report.splits[0].height.maximum, 480);
}

}  // namespace
}  // namespace saker
