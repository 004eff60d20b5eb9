#include "core/yaml.hpp"

#include <gtest/gtest.h>

#include "saker/error.hpp"

namespace saker {
namespace {

TEST(Yaml, ScalarsAreTypedByTheCoreSchema) {
  const Value value =
      parse_yaml("a: 1\nb: 0.5\nc: true\nd: null\ne: yes\nf: '1'\ng: 1e-3\nh: 1_0\n", "x.yaml");
  EXPECT_TRUE(value.at("a").is_int());
  EXPECT_TRUE(value.at("b").is_double());
  EXPECT_TRUE(value.at("c").as_bool());
  EXPECT_TRUE(value.at("d").is_null());
  EXPECT_EQ(value.at("e").as_string(), "yes");
  EXPECT_EQ(value.at("f").as_string(), "1");
  EXPECT_DOUBLE_EQ(value.at("g").as_double(), 1e-3);
  EXPECT_TRUE(value.at("h").is_string());
}

TEST(Yaml, IntegerKeysStayIntegersInOrder) {
  const Value value = parse_yaml("{5: e, 2: b}", "x.yaml");
  EXPECT_EQ(std::get<std::int64_t>(value.as_object()[0].first), 5);
  EXPECT_EQ(std::get<std::int64_t>(value.as_object()[1].first), 2);
}

TEST(Yaml, ErrorsNameTheFileAndLine) {
  for (const char* text : {"a: 1\nb: [1, 2\n", "a: 1\na: 2\n"}) {
    try {
      parse_yaml(text, "x.yaml");
      FAIL() << "no error for " << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUsage);
      EXPECT_TRUE(std::string(error.what()).starts_with("x.yaml:")) << error.what();
    }
  }
}

}  // namespace
}  // namespace saker
