#include "weights/pickle_settings.hpp"

#include <gtest/gtest.h>

#include "expect_error.hpp"

namespace saker {
namespace {

TEST(PickleSettings, RoundTrip) {
  Value::Object classes{{std::int64_t{0}, "red"}, {std::int64_t{7}, "blue"}};
  const Value value = {{"classes", classes},
                       {"size", Value::Array{64, 96}},
                       {"lr", 0.5},
                       {"freeze", false},
                       {"none", nullptr}};
  const PickleValue pickled = to_pickle(value, SequenceType::kTuple);
  EXPECT_TRUE(pickled.at("size").is_tuple());
  EXPECT_TRUE(pickled.at("classes").as_dict().items[1].first.is_int());
  EXPECT_TRUE(to_pickle(value, SequenceType::kList).at("size").is_list());
  EXPECT_EQ(to_value(pickled), value);
}

TEST(PickleSettings, NamesThePathOfWhatIsNoSetting) {
  PickleDict inner, outer;
  inner.set("w", StoredTensor{copy_to_storage(StoredType::kInt8, {}), 0, {0}, {1}});
  outer.set("args", inner);
  test::expect_error(
      ErrorKind::kCheckpoint, {"args.w", "tensor"}, [&] { static_cast<void>(to_value(outer)); });
}

TEST(PickleSettings, PathsBecomeText) {
  const auto text_of = [](const char* type, PickleTuple parts) {
    PickleDict dict;
    dict.set(
        "backbone_weights",
        PickleOpaque{.name = std::make_shared<std::string>(type), .arguments = std::move(parts)});
    return to_value(dict).at("backbone_weights").as_string();
  };
  EXPECT_EQ(text_of("pathlib.PosixPath", {{"/", "data", "w.pt"}}), "/data/w.pt");
  EXPECT_EQ(text_of("pathlib.PosixPath", {{"data", "w.pt"}}), "data/w.pt");
  EXPECT_EQ(text_of("pathlib._local.WindowsPath", {{"C:\\", "w.pt"}}), "C:\\w.pt");
  test::expect_error(ErrorKind::kCheckpoint, {"backbone_weights", "builtins.object"}, [&] {
    text_of("builtins.object", {{"/"}});
  });
}

TEST(PickleSettings, SharedObjectsDoNotExplode) {
  PickleValue value = PickleTuple{};
  for (int i = 0; i < 40; ++i) value = PickleTuple{{value, value}};
  test::expect_error(
      ErrorKind::kCheckpoint, {"more than"}, [&] { static_cast<void>(to_value(value)); });
}

}  // namespace
}  // namespace saker
