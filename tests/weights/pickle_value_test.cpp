#include "weights/pickle_value.hpp"

#include <gtest/gtest.h>

#include "expect_error.hpp"

namespace saker {
namespace {

TEST(PickleValue, KnowsItsType) {
  EXPECT_EQ(PickleValue().type_name(), "None");
  EXPECT_EQ(PickleValue(true).type_name(), "bool");
  EXPECT_EQ(PickleValue(3).type_name(), "int");
  EXPECT_EQ(PickleValue(0.5).type_name(), "float");
  EXPECT_EQ(PickleValue("a").type_name(), "str");
  EXPECT_EQ(PickleValue(PickleBytes{}).type_name(), "bytes");
  EXPECT_EQ(PickleValue(PickleList{}).type_name(), "list");
  EXPECT_EQ(PickleValue(PickleTuple{}).type_name(), "tuple");
  EXPECT_EQ(PickleValue(PickleDict{}).type_name(), "dict");
  EXPECT_EQ(PickleValue(PickleDict{.items = {}, .ordered = true}).type_name(), "OrderedDict");
  EXPECT_EQ(PickleValue(StoredTensor{}).type_name(), "tensor");
}

TEST(PickleValue, DifferentTypesAreNotEqual) {
  EXPECT_FALSE(PickleValue(1) == PickleValue(true));
  EXPECT_FALSE(PickleValue(1) == PickleValue(1.0));
  EXPECT_FALSE(PickleValue(PickleList{{1}}) == PickleValue(PickleTuple{{1}}));
  EXPECT_FALSE(PickleValue(PickleDict{}) == PickleValue(PickleDict{.items = {}, .ordered = true}));
  EXPECT_TRUE(PickleValue(PickleList{{1, "a"}}) == PickleValue(PickleList{{1, "a"}}));
}

TEST(PickleValue, WrongTypesAndMissingKeysAreNamed) {
  PickleDict dict;
  dict.set("a", 1);
  const PickleValue value = dict;
  EXPECT_EQ(value.at("a").as_double(), 1.0);
  EXPECT_EQ(value.find("b"), nullptr);
  EXPECT_EQ(PickleValue(1).find("b"), nullptr);
  test::expect_error(
      ErrorKind::kCheckpoint, {"lacks the key 'b'"}, [&] { static_cast<void>(value.at("b")); });
  test::expect_error(ErrorKind::kCheckpoint, {"holds a str", "an int"}, [] {
    static_cast<void>(PickleValue("x").as_int());
  });
  test::expect_error(ErrorKind::kCheckpoint, {"holds a dict", "a list or tuple"}, [&] {
    static_cast<void>(value.as_sequence());
  });
}

}  // namespace
}  // namespace saker
