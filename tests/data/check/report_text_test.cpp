#include <gtest/gtest.h>

#include "golden.hpp"
#include "saker/data_check.hpp"
#include "small_set.hpp"

namespace saker {
namespace {

TEST(ReportText, CountsAndExamples) {
  test::SmallSet set;
  set.add_good("train", 3);
  set.add_good("val", 2);
  set.add_label("train/good0.txt", "a\nb\nc\n");
  const std::string text = to_text(set.check(), 2);
  EXPECT_NE(text.find("train 3 images, 1 without boxes; 4 boxes: cat 2, dog 2"), std::string::npos)
      << text;
  EXPECT_NE(text.find("error label-syntax (3): Label lines that cannot be read"), std::string::npos)
      << text;
  EXPECT_NE(text.find("good0.txt:2: 'b' is not a number"), std::string::npos) << text;
  EXPECT_EQ(text.find("good0.txt:3"), std::string::npos) << text;
  EXPECT_NE(text.find("and 1 more; --json lists all"), std::string::npos) << text;
  EXPECT_NE(text.find("3 errors, 0 warnings, 0 notes. Training would stop."), std::string::npos)
      << text;
}

TEST(ReportText, NamesOfFilesCannotSteerTheTerminal) {
  test::SmallSet set;
  set.add_good("train", 2);
  test::write_text(set.image_path("train/\x1b[31mred\n.jpg"), "");
  const std::string text = to_text(set.check({"train"}));
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(text.find("\\x1b[31mred\\x0a.jpg"), std::string::npos) << text;
}

TEST(ReportValue, HasEveryFinding) {
  test::SmallSet set;
  set.add_good("train", 3);
  set.add_good("val", 2);
  std::string lines;
  for (int i = 0; i < 50; ++i) lines += "x" + std::to_string(i) + "\n";
  set.add_label("val/good1.txt", lines);
  const auto json = nlohmann::json::parse(to_value(set.check()).to_json());
  EXPECT_EQ(json.at("schema"), 1);
  EXPECT_EQ(json.at("training_would_stop"), true);
  EXPECT_EQ(json.at("errors"), 50);
  EXPECT_EQ(json.at("splits").size(), 2U);
  EXPECT_EQ(json.at("splits")[0].at("classes")[1].at("name"), "dog");
  EXPECT_EQ(json.at("splits")[0].at("box_sizes").size(), kBoxSizeBins);
  const auto& group = json.at("findings")[0];
  EXPECT_EQ(group.at("kind"), "label-syntax");
  EXPECT_EQ(group.at("severity"), "error");
  EXPECT_EQ(group.at("count"), 50);
  ASSERT_EQ(group.at("findings").size(), 50U);
  const auto& last = group.at("findings")[49];
  EXPECT_EQ(last.at("split"), "val");
  EXPECT_EQ(last.at("line"), 50);
  EXPECT_EQ(last.at("value"), "x49");
  EXPECT_EQ(last.at("file"), set.label_path("val/good1.txt").string());
}

}  // namespace
}  // namespace saker
