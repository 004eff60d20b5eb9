#include "weights/pickle_json.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>

#include "expect_error.hpp"

namespace saker {
namespace {

using test::expect_error;

// Takes every tensor under the name that is asked for.
class AnyName final : public TensorNames {
 public:
  bool add_all(const PickleDict& tensors, const std::string& prefix) override {
    for (const auto& [name, tensor] : tensors.items)
      add(tensor.as_tensor(), prefix + name.as_string());
    return true;
  }
  std::string add(const StoredTensor& tensor, const std::string& path) override {
    by_name.emplace(path, tensor);
    return path;
  }
  std::map<std::string, StoredTensor> by_name;
};

StoredTensor tensor_of(std::uint8_t value) {
  const std::byte byte{value};
  return {copy_to_storage(StoredType::kUint8, {&byte, 1}), 0, {1}, {1}};
}

PickleValue round_trip(const PickleValue& value, std::string* text = nullptr) {
  AnyName tensors;
  const std::string json = pickle_to_json(value, "", tensors).dump();
  if (text != nullptr) *text = json;
  return pickle_from_json(PickleJson::parse(json),
                          [&](const std::string& name) { return tensors.by_name.at(name); });
}

void expect_text(const PickleValue& value, const std::string& expected) {
  std::string text;
  EXPECT_TRUE(round_trip(value, &text) == value) << text;
  EXPECT_EQ(text, expected);
}

TEST(PickleJson, PlainValues) {
  expect_text(nullptr, "null");
  expect_text(true, "true");
  expect_text(7, "7");
  expect_text(std::numeric_limits<std::int64_t>::min(), "-9223372036854775808");
  expect_text(std::numeric_limits<std::int64_t>::max(), "9223372036854775807");
  expect_text(7.0, "7.0");
  expect_text(0.1, "0.1");
  expect_text(std::numeric_limits<double>::denorm_min(), "5e-324");
  expect_text("text \"with\" é\n", R"("text \"with\" é\n")");
  expect_text(PickleBytes{std::string("\0\xff", 2)}, R"({"$bytes":"00ff"})");
}

TEST(PickleJson, FloatsKeepTheirBits) {
  std::string text;
  const double zero = round_trip(-0.0, &text).as_double();
  EXPECT_TRUE(zero == 0 && std::signbit(zero)) << text;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(round_trip(kInfinity).as_double(), kInfinity);
  EXPECT_EQ(round_trip(-kInfinity).as_double(), -kInfinity);
  EXPECT_TRUE(std::isnan(round_trip(std::nan("")).as_double()));
}

TEST(PickleJson, SequencesKeepTheirTypes) {
  expect_text(PickleList{{1, PickleTuple{{}}, PickleList{}}}, R"([1,{"$tuple":[]},[]])");
  expect_text(PickleTuple{{640, 640}}, R"({"$tuple":[640,640]})");
}

TEST(PickleJson, DictsKeepOrderAndKeys) {
  PickleDict plain;
  plain.set("z", 1);
  plain.set("a", nullptr);
  expect_text(plain, R"({"z":1,"a":null})");
  PickleDict classes;
  classes.set(7, "dog");
  classes.set(1, "cat");
  expect_text(classes, R"({"$dict":[[7,"dog"],[1,"cat"]]})");
  PickleDict marked;
  marked.set("$tuple", 1);
  expect_text(marked, R"({"$dict":[["$tuple",1]]})");
  plain.ordered = true;
  expect_text(plain, R"({"$ordered_dict":[["z",1],["a",null]]})");
  expect_text(PickleDict{}, "{}");
}

TEST(PickleJson, TensorsAreNamed) {
  PickleDict weights;
  weights.set("b.weight", tensor_of(1));
  weights.set("a.weight", tensor_of(2));
  PickleDict checkpoint;
  checkpoint.set("train_model", weights);
  checkpoint.set("state", PickleList{{tensor_of(3)}});
  weights.ordered = true;
  checkpoint.set("other", weights);
  expect_text(
      checkpoint,
      R"({"train_model":{"$tensors":["b.weight","a.weight"]},)"
      R"("state":[{"$tensor":"state.0"}],)"
      R"("other":{"$tensors":["b.weight","a.weight"],"$prefix":"other.","$ordered":true}})");
}

TEST(PickleJson, OpaqueObjectsAreNamed) {
  AnyName tensors;
  PickleDict dict;
  dict.set(
      "loader",
      PickleOpaque{.name = std::make_shared<const std::string>("torch.utils.data.DataLoader")});
  expect_error(ErrorKind::kUnsupported, {"loader", "torch.utils.data.DataLoader"}, [&] {
    pickle_to_json(dict, "", tensors);
  });
}

TEST(PickleJson, SharedObjectsDoNotExplode) {
  AnyName tensors;
  PickleValue value = PickleList{};
  for (int i = 0; i < 60; ++i) value = PickleList{{value, value}};
  expect_error(ErrorKind::kCheckpoint, {"more than"}, [&] { pickle_to_json(value, "", tensors); });
}

TEST(PickleJson, WhatIsNoneOfItsTextsIsAnError) {
  const auto read = [](const std::string& text) {
    return pickle_from_json(PickleJson::parse(text), [](const std::string& name) -> PickleValue {
      throw Error(ErrorKind::kCheckpoint, "lacks " + name);
    });
  };
  for (const char* text : {R"({"$new":1})",
                           R"({"$new":"1"})",
                           R"({"$tuple":1})",
                           R"({"$dict":{}})",
                           R"({"$dict":[[1,2],[1,3]]})",
                           R"({"$ordered_dict":[["a",2],["a",3]]})",
                           R"({"$dict":[1]})",
                           R"({"$dict":[[1]]})",
                           R"({"$dict":[[1,2,3]]})",
                           R"({"$bytes":"0"})",
                           R"({"$bytes":"0G"})",
                           R"({"$bytes":0})",
                           R"({"$float":"1"})",
                           R"({"$tensor":"a"})",
                           R"({"$tensor":1})",
                           R"({"$tensors":["a"]})",
                           R"({"$tensors":[1]})",
                           R"({"$tensors":"a"})",
                           R"({"$tensors":["a"],"$prefix":1})",
                           "18446744073709551615"}) {
    expect_error(ErrorKind::kCheckpoint, {}, [&] { read(text); });
  }
  std::string deep(5000, '[');
  expect_error(ErrorKind::kCheckpoint, {"deeper"}, [&] { read(deep + std::string(5000, ']')); });
}

}  // namespace
}  // namespace saker
