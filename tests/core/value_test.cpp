#include "saker/value.hpp"

#include <gtest/gtest.h>

#include "saker/error.hpp"

namespace saker {
namespace {

TEST(Value, InitializerListOfPairsIsAnObject) {
  const Value value = {{"lr", 0.05}, {"flip", {{"horizontal_prob", 0.5}}}, {"mosaic", nullptr}};
  ASSERT_TRUE(value.is_object());
  EXPECT_DOUBLE_EQ(value.at("lr").as_double(), 0.05);
  EXPECT_DOUBLE_EQ(value.at("flip").at("horizontal_prob").as_double(), 0.5);
  EXPECT_TRUE(value.at("mosaic").is_null());
}

TEST(Value, ListsStayLists) {
  const Value value = {1, 2, 3};
  ASSERT_TRUE(value.is_array());
  EXPECT_EQ(value.as_array()[2].as_int(), 3);
}

TEST(Value, WrongTypeIsAUsageErrorThatShowsTheValue) {
  try {
    Value("ten").as_int();
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_NE(std::string(error.what()).find("\"ten\""), std::string::npos) << error.what();
  }
}

TEST(Value, JsonKeepsTheOrderOfKeys) {
  Value value;
  value["b"] = 1;
  value["a"] = Value::Array{true, "x"};
  EXPECT_EQ(value.to_json(), R"({"b":1,"a":[true,"x"]})");
}

}  // namespace
}  // namespace saker
