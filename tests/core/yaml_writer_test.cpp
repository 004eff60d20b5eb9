#include "core/yaml_writer.hpp"

#include <gtest/gtest.h>

#include "core/yaml.hpp"

namespace saker {
namespace {

TEST(YamlWriter, ReadsBackAsTheSameTree) {
  Value tree = {{"lr", 0.1},
                {"one", 1.0},
                {"tiny", 4e-5},
                {"steps", 300},
                {"on", true},
                {"none", nullptr},
                {"text", "true"},
                {"number", "12"},
                {"size", {416, 416}},
                {"nested", {{"prob", 0.5}}}};
  tree["names"] = Value::Object{{std::int64_t{5}, Value("e: f")}, {std::int64_t{2}, Value("b\n")}};
  tree["empty_list"] = Value::Array{};
  tree["empty_map"] = Value::Object{};
  tree["pairs"] = Value::Array{Value::Array{1, 2}, Value::Array{3, 4}};
  EXPECT_EQ(parse_yaml(to_yaml(tree), "written"), tree) << to_yaml(tree);
}

}  // namespace
}  // namespace saker
