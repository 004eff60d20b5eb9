#include "data/coco_settings.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "core/settings_reader.hpp"
#include "core/yaml.hpp"
#include "core/yaml_writer.hpp"
#include "data/data_settings.hpp"
#include "error_message.hpp"
#include "temporary_folder.hpp"

namespace saker {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> problems_of(const std::string& yaml) {
  SettingsProblems problems;
  data_from_value(parse_yaml(yaml, "test"), problems, ".", false);
  return problems.lines();
}

void expect_problem(const std::string& yaml, const std::string& key) {
  const std::vector<std::string> lines = problems_of(yaml);
  ASSERT_EQ(lines.size(), 1U) << yaml;
  EXPECT_TRUE(test::contains(lines[0], "'" + key + "'")) << lines[0];
}

TEST(CocoSettings, ReadsAFileRelativeToItsFolder) {
  const test::TemporaryFolder folder;
  const fs::path root = fs::canonical(folder.path());
  fs::create_directories(root / "sets");
  std::ofstream(root / "sets/data.yaml")
      << "format: coco\ntrain: {annotations: ../ann/t.json, images: ../train}\n"
         "val: {annotations: v.json}\ntest: {annotations: /x/w.json, images: /y/}\n"
         "ignore_classes: [4]\nskip_if_annotations_missing: true\nnc: 3\n";
  const ResolvedData data = resolve_data({.path = (root / "sets/data.yaml").string()});
  EXPECT_EQ(data.args.coco.train.annotations, (root / "ann/t.json").string());
  EXPECT_EQ(data.args.coco.train.images, (root / "train").string());
  EXPECT_EQ(data.args.coco.val.images, (root / "sets").string());
  EXPECT_EQ(data.args.coco.test.images, "/y");
  EXPECT_EQ(data.args.ignore_classes, std::vector<std::int64_t>{4});
  EXPECT_TRUE(data.args.coco.skip_if_annotations_missing);
  ASSERT_EQ(data.warnings.size(), 1U);
  EXPECT_TRUE(test::contains(data.warnings[0], "'nc'"));

  // Resolved data resolve to themselves, and so do they once written and read.
  const Value value = coco_to_value(resolve_data(data.args).args);
  SettingsProblems problems;
  const Value read = parse_yaml(to_yaml(value), "config");
  EXPECT_EQ(coco_to_value(data_from_value(read, problems, "/elsewhere", false).args), value);
  EXPECT_TRUE(problems.empty());
}

TEST(CocoSettings, IsStrict) {
  const std::string val = ", val: {annotations: v.json}";
  expect_problem("{format: coco" + val + "}", "data.coco.train");
  expect_problem("{format: coco, train: {images: a}" + val + "}", "data.coco.train.annotations");
  expect_problem("{format: coco, train: {annotations: a, image: b}" + val + "}",
                 "data.coco.train.image");
  expect_problem("{format: coco, train: a.json" + val + "}", "data.coco.train");
  expect_problem("{format: coco, train: {annotations: 3}" + val + "}",
                 "data.coco.train.annotations");
  expect_problem("{format: coco, train: {annotations: a}, names: [x]" + val + "}",
                 "data.coco.names");
  expect_problem(
      "{format: coco, train: {annotations: a}, skip_if_annotations_missing: 1" + val + "}",
      "data.coco.skip_if_annotations_missing");
  expect_problem("{format: voc}", "data");
  EXPECT_TRUE(
      problems_of("{format: coco, train: {annotations: a, images: null}, test: null" + val + "}")
          .empty());
}

TEST(CocoSettings, YoloKeysOfAFileAreProblems) {
  const test::TemporaryFolder folder;
  std::ofstream(folder / "data.yaml") << "format: coco\npath: .\ntrain: {annotations: a}\n"
                                         "val: {annotations: b}\n";
  EXPECT_TRUE(test::contains(
      test::message_of(ErrorKind::kUsage, [&] { resolve_data({.path = (folder / "data.yaml")}); }),
      "'data.coco.path'"));
}

TEST(CocoSettings, TheStructIsCheckedToo) {
  const std::string message = test::message_of(ErrorKind::kUsage, [] {
    resolve_data({.path = "d", .names = {{0, "a"}}, .coco = {.val = {.annotations = "v.json"}}});
  });
  for (const char* part : {"'data.coco.train.annotations'", "'data.path'", "'data.names'"})
    EXPECT_TRUE(test::contains(message, part)) << message;
}

}  // namespace
}  // namespace saker
