#include "data/label_file.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "data/class_map.hpp"
#include "golden.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

std::string message_of(const std::string& text) {
  try {
    parse_label_text(text, "labels/a.txt");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kData);
    return error.what();
  }
  return "";
}

TEST(LabelFile, ReadsLinesWithTheirNumbers) {
  const LabelFile file = parse_label_text("\n2 .5 5e-1 0.25 1.\r\n\r\n 0\t0.1 0.2 0.3 0.4 \n", "a");
  ASSERT_EQ(file.lines.size(), 2U);
  EXPECT_EQ(file.lines[0].class_id, 2);
  EXPECT_EQ(file.lines[0].box, (NormalizedBox{0.5, 0.5, 0.25, 1.0}));
  EXPECT_EQ(file.lines[0].line, 2);
  EXPECT_EQ(file.lines[1].box, (NormalizedBox{0.1, 0.2, 0.3, 0.4}));
  EXPECT_EQ(file.lines[1].line, 4);
}

TEST(LabelFile, CountsWhatItLeavesOut) {
  const LabelFile file = parse_label_text(
      "0 1 1 1 1\n0 1 1 1 1\n1 1 1 1 1\n1 1 1 1 1 \n1 1 1 1 1.0\n3 .1 .1 .4 .1 .4 .5 .9\n", "a");
  EXPECT_EQ(file.lines.size(), 4U);
  EXPECT_EQ(file.duplicates, 2);
  EXPECT_EQ(file.wide_lines, 1);
}

TEST(LabelFile, ErrorsNameFileAndLine) {
  EXPECT_EQ(message_of("0 1 1 1 1\n\n0 1 1\n").find("labels/a.txt:3: 3 columns"), 0U);
  EXPECT_EQ(message_of("person 1 1 1 1").find("labels/a.txt:1: 'person' is not a number"), 0U);
  EXPECT_NE(message_of("0,1,1,1,1").find("not commas"), std::string::npos);
  EXPECT_NE(message_of("\xef\xbb\xbf\x30 1 1 1 1").find("'\\xef\\xbb\\xbf0'"), std::string::npos);
  EXPECT_NE(message_of("0 1 1 1 1 word").find("'word'"), std::string::npos);
  for (const char* bad : {"inf 1 1 1 1",
                          "1e19 1 1 1 1",
                          "0 +-1 1 1 1",
                          "0 nan(1) 1 1 1",
                          "0 1_ 1 1 1",
                          "0 - 1 1 1",
                          "0 1e 1 1 1"}) {
    EXPECT_FALSE(message_of(bad).empty()) << bad;
  }
  EXPECT_LT(message_of(std::string(100000, 'x')).size(), 300U);
}

TEST(LabelFile, NumbersBeyondDoublesBecomeInfinityOrZero) {
  const LabelFile file = parse_label_text("0 1e400 -1e400 1e-400 infinity", "a");
  ASSERT_EQ(file.lines.size(), 1U);
  EXPECT_TRUE(std::isinf(file.lines[0].box.center_x));
  EXPECT_LT(file.lines[0].box.center_y, 0);
  EXPECT_EQ(file.lines[0].box.width, 0);
  EXPECT_TRUE(std::isinf(file.lines[0].box.height));
}

double number(const nlohmann::ordered_json& value) {
  if (!value.is_string()) return value.get<double>();
  const auto text = value.get<std::string>();
  return text == "nan" ? std::nan("") : text == "-inf" ? -HUGE_VAL : HUGE_VAL;
}

void expect_same(double value, const nlohmann::ordered_json& expected, const std::string& name) {
  if (std::isnan(number(expected))) {
    EXPECT_TRUE(std::isnan(value)) << name;
  } else {
    EXPECT_EQ(value, number(expected)) << name;
  }
}

void expect_boxes(const std::vector<NormalizedBox>& boxes,
                  const nlohmann::ordered_json& expected,
                  const std::string& name) {
  ASSERT_EQ(boxes.size(), expected.size()) << name;
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    expect_same(boxes[i].center_x, expected[i][0], name);
    expect_same(boxes[i].center_y, expected[i][1], name);
    expect_same(boxes[i].width, expected[i][2], name);
    expect_same(boxes[i].height, expected[i][3], name);
  }
}

TEST(LabelFile, AgreesWithTheReference) {
  SAKER_GOLDEN(path, "platform/label_cases.json");
  const auto golden = test::read_json(path);
  ClassNames names;
  for (const auto& [id, name] : golden.at("names").items()) {
    names.emplace_back(std::stoll(id), name.get<std::string>());
  }
  const ClassMap classes(names, golden.at("ignore_classes").get<std::vector<std::int64_t>>());
  for (const auto& entry : golden.at("cases")) {
    const auto name = entry.at("name").get<std::string>();
    const auto text = entry.at("text").get<std::string>();
    if (entry.contains("error")) {
      EXPECT_EQ(message_of(text).find("labels/a.txt:1: "), 0U) << name;
      continue;
    }
    const LabelFile file = parse_label_text(text, "labels/a.txt");
    std::vector<NormalizedBox> boxes;
    std::vector<NormalizedBox> kept_boxes;
    std::vector<std::int64_t> ids;
    std::vector<std::int64_t> kept_indices;
    bool unknown = false;
    for (const LabelLine& line : file.lines) {
      boxes.push_back(line.box);
      ids.push_back(line.class_id);
      const auto index = classes.index(line.class_id);
      unknown = unknown || (!index && !classes.ignores(line.class_id));
      if (!index) continue;
      kept_boxes.push_back(line.box);
      kept_indices.push_back(*index);
    }
    expect_boxes(boxes, entry.at("boxes"), name);
    EXPECT_EQ(ids, entry.at("classes").get<std::vector<std::int64_t>>()) << name;
    expect_boxes(kept_boxes, entry.at("kept_boxes"), name);
    EXPECT_EQ(kept_indices, entry.at("kept_internal_classes").get<std::vector<std::int64_t>>())
        << name;
    EXPECT_EQ(unknown, entry.contains("page_rule")) << name;
  }
}

}  // namespace
}  // namespace saker
