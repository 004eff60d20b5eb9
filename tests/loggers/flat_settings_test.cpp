#include "loggers/flat_settings.hpp"

#include <gtest/gtest.h>

namespace saker {
namespace {

TEST(FlatSettings, PathsInOrder) {
  const Value settings = {
      {"steps", 4},
      {"data", {{"names", Value::Object{{std::int64_t{3}, "green"}}}, {"test", nullptr}}},
      {"classwise", true},
      {"sizes", Value::Array{1, 10}},
      {"empty", Value::Object{}}};
  const std::vector<std::pair<std::string, FlatSetting>> expected = {{"steps", 4.0},
                                                                     {"data/names/3", "green"},
                                                                     {"data/test", "None"},
                                                                     {"classwise", 1.0},
                                                                     {"sizes", "[1,10]"},
                                                                     {"empty", "{}"}};
  EXPECT_EQ(flatten_settings(settings), expected);
  EXPECT_TRUE(flatten_settings(nullptr).empty());
}

}  // namespace
}  // namespace saker
