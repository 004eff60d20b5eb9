#include "core/settings_schema.hpp"

#include <gtest/gtest.h>

#include "core/settings_reader.hpp"

namespace saker {
namespace {

struct Mirror {
  double prob = 0.5;
  std::optional<std::int64_t> stop = std::nullopt;
};

void read_mirror(SettingsReader& reader, Mirror& mirror) {
  reader.read({"prob", "how often"}, mirror.prob, between(0, 1));
  reader.read_or_auto({"stop", "last step"}, mirror.stop, at_least(1));
}

// The settings of a small program; what it reads is what it describes.
struct Program {
  std::string out;
  std::optional<std::int64_t> steps;
  double lr = 0.1;
  std::optional<std::string> weights;
  std::vector<std::int64_t> ids = {7, 7, 7, 8};
  std::string mode = "fast";
  std::optional<Mirror> mirror = Mirror{};
  std::optional<Mirror> second_mirror;

  void read(const Value& value, SettingsProblems& problems) {
    SettingsReader reader(value, "", problems);
    if (!reader.read({"out", "folder"}, out) && !reader.has("out")) problems.missing_key("out");
    reader.read_or_auto({"steps", "how long"}, steps, at_least(1));
    SettingsReader model = reader.section({"model_args", "of the model"});
    model.read({"lr", "learning rate", "optimizer_lr"}, lr, more_than(0));
    model.read({"weights", "file"}, weights);
    model.read({"ids", "of classes"}, ids, at_least(0));
    model.finish();
    reader.read_choice({"mode", "how"}, mode, {"fast", "exact"});
    reader.read_group({"mirror", "flips"}, mirror, read_mirror);
    reader.read_group({"second_mirror", "more flips"}, second_mirror, read_mirror);
    reader.finish();
  }

  static SettingsSchema schema() {
    SettingsSchema schema;
    SettingsProblems problems(schema);
    Program program;
    program.read({}, problems);
    EXPECT_TRUE(problems.empty());
    EXPECT_EQ(program.lr, 0.1);
    EXPECT_TRUE(program.mirror.has_value());
    EXPECT_FALSE(program.second_mirror.has_value());
    return schema;
  }
};

TEST(SettingsSchema, DescribesWhatIsRead) {
  const SettingsSchema schema = Program::schema();
  std::vector<std::string> paths;
  for (const SettingDescription& setting : schema.settings()) paths.push_back(setting.path);
  EXPECT_EQ(paths,
            (std::vector<std::string>{"out",
                                      "steps",
                                      "model_args",
                                      "model_args.lr",
                                      "model_args.weights",
                                      "model_args.ids",
                                      "mode",
                                      "mirror",
                                      "mirror.prob",
                                      "mirror.stop",
                                      "second_mirror",
                                      "second_mirror.prob",
                                      "second_mirror.stop"}));
  const auto expect =
      [&](const char* path, const char* type, const char* range, const char* default_text) {
        const SettingDescription* setting = schema.find(path);
        ASSERT_NE(setting, nullptr) << path;
        EXPECT_EQ(setting->type, type) << path;
        EXPECT_EQ(setting->range, range) << path;
        EXPECT_EQ(setting->default_text(), default_text) << path;
      };
  expect("out", "text", "", "required");
  expect("steps", "integer or \"auto\"", "at least 1", "auto");
  expect("model_args", "map", "", "");
  expect("model_args.lr", "number", "more than 0", "0.1");
  expect("model_args.weights", "text or null", "", "null");
  expect("model_args.ids", "list of integers", "at least 0", "[3 x 7, 8]");
  expect("mode", "text", "one of fast, exact", "fast");
  expect("mirror", "map or null", "", "on");
  expect("second_mirror", "map or null", "", "off");
  expect("second_mirror.prob", "number", "in [0, 1]", "0.5");
  EXPECT_EQ(schema.find("model_args.lr")->meaning, "learning rate");
  EXPECT_EQ(schema.find("model_args.lr")->alias, "optimizer_lr");
  EXPECT_EQ(schema.under("model_args").size(), 4U);
  EXPECT_TRUE(schema.under("model").empty());
}

TEST(SettingsSchema, SaysWhatAutomaticStandsFor) {
  SettingsSchema schema = Program::schema();
  schema.resolve_automatic("steps", "90000");
  schema.resolve_automatic("no.such.key", "1");
  EXPECT_EQ(schema.find("steps")->default_text(), "auto (90000)");
}

TEST(SettingsSchema, JoinsWhatIsDescribedTwice) {
  SettingsSchema schema;
  schema.add({.path = "train", .type = "text", .meaning = "a folder"});
  schema.add({.path = "val", .type = "text", .meaning = "a folder"});
  schema.add({.path = "train", .type = "map", .meaning = "a file"});
  schema.add({.path = "train", .type = "map", .meaning = "a file"});
  ASSERT_EQ(schema.settings().size(), 2U);
  EXPECT_EQ(schema.settings()[0].type, "text or map");
  EXPECT_EQ(schema.settings()[0].meaning, "a folder; a file");
}

std::string hint_for(const Value& value) {
  SettingsProblems problems;
  problems.suggest_from(Program::schema);
  Program().read(value, problems);
  EXPECT_EQ(problems.lines().size(), 1U);
  const std::string& line = problems.lines().at(0);
  const std::size_t begin = line.find("did you mean '");
  return begin == std::string::npos ? "" : line.substr(begin + 14, line.rfind('\'') - begin - 14);
}

TEST(SettingsSchema, UnknownKeysAreHintedWithTheirPlace) {
  EXPECT_EQ(hint_for({{"out", "o"}, {"stpes", 3}}), "steps");
  EXPECT_EQ(hint_for({{"out", "o"}, {"lr", 0.1}}), "model_args.lr");
  EXPECT_EQ(hint_for({{"out", "o"}, {"optimizer_lr", 0.1}}), "model_args.lr");
  EXPECT_EQ(hint_for({{"out", "o"}, {"wieghts", "file"}}), "model_args.weights");
  EXPECT_EQ(hint_for({{"out", "o"}, {"model_args", {{"steps", 3}}}}), "steps");
  EXPECT_EQ(hint_for({{"out", "o"}, {"mirror", {{"porb", 1}}}}), "prob");
  EXPECT_EQ(hint_for({{"out", "o"}, {"something_else_entirely", 1}}), "");
}

TEST(SettingsSchema, FillsDefaultsWhereSectionsAreOn) {
  const SettingsSchema schema = Program::schema();
  const Value filled = with_defaults(
      {{"out", "o"}, {"model_args", {{"optimizer_lr", 0.5}}}, {"mirror", nullptr}}, schema, "");
  const Value expected = {
      {"out", "o"},
      {"model_args",
       {{"optimizer_lr", 0.5}, {"weights", nullptr}, {"ids", Value(Value::Array{7, 7, 7, 8})}}},
      {"mirror", nullptr},
      {"steps", "auto"},
      {"mode", "fast"},
      {"second_mirror", nullptr}};
  EXPECT_EQ(filled, expected) << filled.to_json(2);
  const Value section = with_defaults({}, schema, "mirror");
  EXPECT_EQ(section, (Value{{"prob", 0.5}, {"stop", "auto"}})) << section.to_json();
  // What is filled in reads back without a problem.
  SettingsProblems problems;
  Program().read(filled, problems);
  EXPECT_TRUE(problems.empty());
}

TEST(SettingsSchema, DescribingCollectsNoProblems) {
  SettingsSchema schema;
  SettingsProblems problems(schema);
  problems.bad_value("a", "is bad");
  problems.missing_key("b");
  problems.wrong_type("c", "text", 1);
  EXPECT_TRUE(problems.empty());
}

}  // namespace
}  // namespace saker
