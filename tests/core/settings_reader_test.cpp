#include "core/settings_reader.hpp"

#include <gtest/gtest.h>

#include "saker/error.hpp"

namespace saker {
namespace {

TEST(SettingsReader, ReadsWhatIsThereAndKeepsDefaults) {
  const Value value = {{"lr", 1}, {"sizes", {1, 2}}, {"stop", nullptr}};
  SettingsProblems problems;
  SettingsReader reader(value, "model_args", problems);
  double lr = 0.1;
  double momentum = 0.9;
  std::array<std::int64_t, 2> sizes{};
  std::optional<std::int64_t> stop = 3;
  EXPECT_TRUE(reader.read({"lr"}, lr));
  EXPECT_FALSE(reader.read({"momentum"}, momentum));
  EXPECT_TRUE(reader.read({"sizes"}, sizes));
  EXPECT_TRUE(reader.read({"stop"}, stop));
  reader.finish();
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(lr, 1.0);
  EXPECT_EQ(momentum, 0.9);
  EXPECT_EQ(sizes[1], 2);
  EXPECT_FALSE(stop.has_value());
}

TEST(SettingsReader, ListsEveryProblemWithItsPath) {
  const Value value = {{"lr", "fast"}, {"steps", 1.5}, {"momentm", 0.5}, {"prob", 2}, {"on", 1}};
  SettingsProblems problems;
  SettingsReader reader(value, "model_args", problems);
  double number = 0;
  std::int64_t integer = 0;
  bool flag = false;
  reader.read({"lr"}, number);
  reader.read({"steps"}, integer);
  reader.read({"momentum"}, number);
  reader.read({"prob"}, number, between(0, 1));
  reader.read({"on"}, flag);
  reader.finish();
  ASSERT_EQ(problems.lines().size(), 5U);
  EXPECT_EQ(problems.lines()[4], "Unknown key: 'model_args.momentm'; did you mean 'momentum'?");
  try {
    problems.throw_if_any();
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_TRUE(std::string(error.what()).starts_with("Found 5 errors in the config!\n"))
        << error.what();
  }
}

TEST(SettingsReader, TakesAWordForAutomaticValues) {
  const Value value = {{"steps", "auto"}, {"batch", 4}, {"workers", "many"}};
  SettingsProblems problems;
  SettingsReader reader(value, "", problems);
  std::optional<std::int64_t> steps = 3, batch, workers;
  EXPECT_TRUE(reader.read_or_auto({"steps"}, steps));
  EXPECT_TRUE(reader.read_or_auto({"batch"}, batch, at_least(1)));
  EXPECT_FALSE(reader.read_or_auto({"workers"}, workers));
  EXPECT_FALSE(steps.has_value());
  EXPECT_EQ(batch, 4);
  ASSERT_EQ(problems.lines().size(), 1U);
  EXPECT_NE(problems.lines()[0].find("'workers': expected an integer or \"auto\" but got \"many\""),
            std::string::npos)
      << problems.lines()[0];
}

TEST(SettingsReader, ReadsAKeyByItsSecondNameToo) {
  const Value one = {{"optimizer_lr", -1}}, both = {{"lr", 1}, {"optimizer_lr", 2}};
  double lr = 0;
  SettingsProblems problems;
  SettingsReader reader(one, "model_args", problems);
  reader.read({"lr", "rate", "optimizer_lr"}, lr, more_than(0));
  reader.finish();
  ASSERT_EQ(problems.lines().size(), 1U);
  EXPECT_TRUE(problems.lines()[0].starts_with("Error for key 'model_args.optimizer_lr': must be"));
  SettingsProblems twice;
  SettingsReader second(both, "model_args", twice);
  second.read({"lr", "rate", "optimizer_lr"}, lr, more_than(0));
  second.finish();
  ASSERT_EQ(twice.lines().size(), 1U);
  EXPECT_NE(twice.lines()[0].find("is the same as lr"), std::string::npos) << twice.lines()[0];
}

struct Flip {
  double prob = 0.5;
};

void read_flip(SettingsReader& reader, Flip& flip) {
  reader.read({"prob", "how often"}, flip.prob, between(0, 1));
}

TEST(SettingsReader, GroupsAreSwitchedByNullAndWords) {
  const auto read = [](const Value& value, std::optional<Flip> flip, GroupSwitch words) {
    SettingsProblems problems;
    SettingsReader reader(value, "", problems);
    reader.read_group({"flip"}, flip, read_flip, words);
    reader.finish();
    return std::pair(flip, problems.lines().size());
  };
  const Flip changed{0.25};
  EXPECT_EQ(read({}, changed, GroupSwitch::kNull).first->prob, 0.25);
  EXPECT_EQ(read({{"flip", Value::Object{}}}, changed, GroupSwitch::kNull).first->prob, 0.25);
  EXPECT_EQ(read({{"flip", {{"prob", 1}}}}, std::nullopt, GroupSwitch::kNull).first->prob, 1);
  EXPECT_FALSE(read({{"flip", nullptr}}, changed, GroupSwitch::kNull).first);
  EXPECT_EQ(read({{"flip", true}}, changed, GroupSwitch::kNull).second, 1U);
  EXPECT_EQ(read({{"flip", true}}, std::nullopt, GroupSwitch::kNullOrWords).first->prob, 0.5);
  EXPECT_FALSE(read({{"flip", false}}, changed, GroupSwitch::kNullOrWords).first);
  EXPECT_EQ(read({{"flip", {{"porb", 1}}}}, changed, GroupSwitch::kNull).second, 1U);
}

}  // namespace
}  // namespace saker
