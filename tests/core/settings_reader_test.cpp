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
  EXPECT_TRUE(reader.read("lr", lr));
  EXPECT_FALSE(reader.read("momentum", momentum));
  EXPECT_TRUE(reader.read("sizes", sizes));
  EXPECT_TRUE(reader.read("stop", stop));
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
  reader.read("lr", number);
  reader.read("steps", integer);
  reader.read("momentum", number);
  reader.read("prob", number, between(0, 1));
  reader.read("on", flag);
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

}  // namespace
}  // namespace saker
