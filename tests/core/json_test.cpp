#include "core/json.hpp"

#include <gtest/gtest.h>

#include "error_message.hpp"
#include "saker/error.hpp"

namespace saker {
namespace {

TEST(Json, BecomesATree) {
  const Value value = parse_json(
      R"({"a": [1, -2, 2.5, true, null, "\u00e9"], "b": {"c": {}}, "d": 18446744073709551615})",
      "test");
  EXPECT_EQ(value.at("a"), (Value(Value::Array{1, -2, 2.5, true, nullptr, "é"})));
  EXPECT_TRUE(value.at("a").as_array()[0].is_int());
  EXPECT_TRUE(value.at("b").at("c").is_object());
  EXPECT_TRUE(value.at("d").is_double());
  EXPECT_EQ(parse_json("3", "test"), Value(3));
}

TEST(Json, IsWhatATreeWrites) {
  const Value value = {
      {"text", "a \"b\"\n"}, {"list", Value(Value::Array{1, 2.5})}, {"none", nullptr}};
  EXPECT_EQ(parse_json(value.to_json(), "test"), value);
  EXPECT_EQ(parse_json(value.to_json(2), "test"), value);
}

TEST(Json, ThatIsNoneIsRefusedWithItsSource) {
  for (const char* text : {"", "{", "{\"a\": }", "[1,]", "nope", "{\"a\": 1} x", "\"\xff\""}) {
    const std::string message =
        test::message_of(ErrorKind::kData, [&] { parse_json(text, "file.json"); });
    EXPECT_NE(message.find("file.json"), std::string::npos) << text;
  }
}

TEST(Json, DepthIsBounded) {
  const std::string deep = std::string(100000, '[');
  EXPECT_NE(test::message_of(ErrorKind::kData, [&] { parse_json(deep, "test"); }).find("deeper"),
            std::string::npos);
}

}  // namespace
}  // namespace saker
