#include "data/convert/input_format.hpp"

#include <gtest/gtest.h>

#include "error_message.hpp"
#include "temporary_folder.hpp"
#include "write_files.hpp"

namespace saker {
namespace {

constexpr const char* kYoloYaml = "path: .\ntrain: images/train\nval: images/val\nnames: [cat]\n";

class InputFormat : public ::testing::Test {
 protected:
  void add(const std::string& name, const std::string& text = "{}") const {
    test::write_text(folder_ / name, text);
  }
  ConversionInput find(const std::string& from = "") const {
    return find_input({.in = {folder_.path().string()}, .from = from});
  }
  std::string error_of(const ConvertDataArgs& args) const {
    return test::message_of(ErrorKind::kUsage, [&] { find_input(args); });
  }

  test::TemporaryFolder folder_;
};

TEST_F(InputFormat, ADataYamlComesFirst) {
  add("data.yaml", kYoloYaml);
  add("other.yaml", "a: 1");
  add("Annotations/a.xml");
  EXPECT_EQ(find().format, LabelFormat::kYolo);
  EXPECT_EQ(find("voc").format, LabelFormat::kVoc);
  EXPECT_EQ(find_input({.in = {folder_ / "data.yaml"}}).format, LabelFormat::kYolo);
  EXPECT_TRUE(test::contains(error_of({.in = {folder_.path()}, .from = "coco"}), "is yolo data"));
}

TEST_F(InputFormat, VocFoldersAndLooseXmlFiles) {
  add("x/a.xml");
  EXPECT_EQ(find().format, LabelFormat::kVoc);
  add("Annotations/a.xml");
  const ConversionInput input = find();
  EXPECT_EQ(input.format, LabelFormat::kVoc);
  EXPECT_EQ(input.voc_folder, std::filesystem::canonical(folder_.path()).string());
  EXPECT_TRUE(test::contains(input.found, "Annotations"));
}

TEST_F(InputFormat, CocoFilesTellTheirSplits) {
  add("annotations/instances_train2017.json");
  add("annotations/instances_val2017.json");
  add("annotations/captions_train2017.json");
  const ConversionInput input = find();
  EXPECT_EQ(input.format, LabelFormat::kCoco);
  EXPECT_FALSE(input.folders_are_told);
  EXPECT_TRUE(input.data.coco.train.annotations.ends_with("instances_train2017.json"));
  EXPECT_TRUE(input.data.coco.val.annotations.ends_with("instances_val2017.json"));
  EXPECT_TRUE(input.data.coco.test.annotations.empty());
}

TEST_F(InputFormat, FoldersTellTheSplitsOfFilesThatDoNot) {
  add("train/_annotations.coco.json");
  add("valid/_annotations.coco.json");
  const ConversionInput input = find();
  EXPECT_TRUE(input.data.coco.train.annotations.ends_with("train/_annotations.coco.json"));
  EXPECT_TRUE(input.data.coco.val.annotations.ends_with("valid/_annotations.coco.json"));
}

TEST_F(InputFormat, ASingleFileIsTrainUnlessItSaysOtherwise) {
  add("a.json");
  add("latest.json");
  add("my_test.json");
  EXPECT_FALSE(find_input({.in = {folder_ / "a.json"}}).data.coco.train.annotations.empty());
  EXPECT_FALSE(find_input({.in = {folder_ / "latest.json"}}).data.coco.train.annotations.empty());
  EXPECT_FALSE(find_input({.in = {folder_ / "my_test.json"}}).data.coco.test.annotations.empty());
}

TEST_F(InputFormat, WhatCannotBeToldIsAnError) {
  EXPECT_TRUE(
      test::contains(error_of({.in = {folder_.path()}}), "holds no data set that is known"));
  EXPECT_TRUE(test::contains(error_of({.in = {folder_ / "none"}}), "is not there"));
  add("a.txt", "text");
  EXPECT_TRUE(test::contains(error_of({.in = {folder_ / "a.txt"}}), "is neither a data YAML"));
  add("p.json");
  add("q.json");
  EXPECT_TRUE(test::contains(error_of({.in = {folder_ / "p.json", folder_ / "q.json"}}),
                             "p.json: neither its name nor that of its folder tells the split"));
  add("train1.json");
  add("train2.json");
  EXPECT_TRUE(test::contains(error_of({.in = {folder_ / "train1.json", folder_ / "train2.json"}}),
                             "are both of the split train"));
  EXPECT_TRUE(test::contains(error_of({.in = {folder_ / "p.json", folder_ / "a.txt"}}),
                             "must all be JSON files"));
}

}  // namespace
}  // namespace saker
