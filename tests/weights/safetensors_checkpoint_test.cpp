#include "weights/safetensors_checkpoint.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "expect_error.hpp"
#include "weights/pickle_json.hpp"

namespace saker {
namespace {

using test::expect_error;

StoredTensor floats(const std::vector<float>& values) {
  return {copy_to_storage(StoredType::kFloat32, std::as_bytes(std::span(values))),
          0,
          {static_cast<std::int64_t>(values.size())},
          {1}};
}

PickleDict exported_model() {
  PickleDict weights;
  weights.set("ema_model.updates", floats({3}));
  weights.set("ema_model.model.b", floats({1, 2}));
  weights.set("ema_model.model.a", floats({4}));
  PickleDict classes;
  classes.set(7, "dog");
  classes.set(1, "cat");
  PickleDict args;
  args.set("model_name", "picodet/s-416");
  args.set("image_size", PickleTuple{{64, 96}});
  args.set("classes", classes);
  args.set("sides", PickleList{{1, 2.0}});
  PickleDict model;
  model.set("model_class_path", "package.Model");
  model.set("model_init_args", args);
  model.set("train_model", weights);
  model.set("license_info", "free");
  return model;
}

const std::string& metadata(const SafetensorsFile& file, const std::string& key) {
  return std::ranges::find(file.metadata, key, &std::pair<std::string, std::string>::first)->second;
}

void set_metadata(SafetensorsFile& file, const std::string& key, const std::string& text) {
  std::ranges::find(file.metadata, key, &std::pair<std::string, std::string>::first)->second = text;
}

TEST(SafetensorsCheckpoint, ExportedModel) {
  const PickleValue model = exported_model();
  const SafetensorsFile file = to_safetensors(model);
  ASSERT_EQ(file.tensors.size(), 3U);
  EXPECT_EQ(file.tensors[1].first, "ema_model.model.b");
  EXPECT_EQ(metadata(file, "format"), "pt");
  EXPECT_EQ(metadata(file, "model_class_path"), R"("package.Model")");
  EXPECT_EQ(metadata(file, "model_init_args"),
            R"({"model_name":"picodet/s-416","image_size":{"$tuple":[64,96]},)"
            R"("classes":{"$dict":[[7,"dog"],[1,"cat"]]},"sides":[1,2.0]})");
  EXPECT_EQ(metadata(file, "license_info"), R"("free")");
  EXPECT_TRUE(from_safetensors(file) == model);
}

TEST(SafetensorsCheckpoint, OrderOfKeysDoesNotDependOnTheOrderOfBytes) {
  SafetensorsFile file = to_safetensors(exported_model());
  std::ranges::reverse(file.tensors);
  EXPECT_TRUE(from_safetensors(file) == PickleValue(exported_model()));
}

TEST(SafetensorsCheckpoint, TrainingCheckpoint) {
  PickleDict checkpoint = exported_model();
  checkpoint.items[2].second = [&] {
    PickleDict weights = checkpoint.items[2].second.as_dict();
    weights.ordered = true;
    return PickleValue(weights);
  }();
  PickleDict moments, state, optimizer;
  moments.set("momentum_buffer", floats({5}));
  state.set(0, moments);
  optimizer.set("state", state);
  optimizer.set("param_groups", PickleList{{PickleDict{}}});
  checkpoint.set("optimizer", optimizer);
  checkpoint.set("step", 9);
  checkpoint.set("train_dataloader", nullptr);
  const SafetensorsFile file = to_safetensors(checkpoint);
  EXPECT_EQ(file.tensors.back().first, "optimizer.state.0.momentum_buffer");
  EXPECT_TRUE(from_safetensors(file) == PickleValue(checkpoint));
}

TEST(SafetensorsCheckpoint, WeightsAlone) {
  PickleDict weights;
  weights.set("cls_token", floats({1}));
  weights.set("license_info", floats({2}));  // a name like any other
  weights.ordered = true;
  const SafetensorsFile file = to_safetensors(weights);
  EXPECT_EQ(file.tensors[0].first, "cls_token");
  EXPECT_TRUE(from_safetensors(file) == PickleValue(weights));
  // A single tensor and a list are checkpoints too.
  for (const PickleValue& value :
       {PickleValue(floats({1})), PickleValue(PickleList{{floats({1})}})})
    EXPECT_TRUE(from_safetensors(to_safetensors(value)) == value);
}

TEST(SafetensorsCheckpoint, NamesThatClashAreToldApart) {
  PickleDict weights, other;
  weights.set("a", floats({1}));
  weights.set("b.0", floats({2}));
  other.set("a", floats({3}));
  PickleDict checkpoint;
  checkpoint.set("train_model", weights);
  checkpoint.set("b", PickleList{{floats({4})}});
  checkpoint.set("a", floats({5}));
  const SafetensorsFile file = to_safetensors(checkpoint);
  ASSERT_EQ(file.tensors.size(), 4U);
  EXPECT_EQ(file.tensors[2].first, "b.0#2");
  EXPECT_EQ(file.tensors[3].first, "a#2");
  EXPECT_TRUE(from_safetensors(file) == PickleValue(checkpoint));
}

TEST(SafetensorsCheckpoint, SharedMemoryIsSharedAgain) {
  const StoredTensor whole = floats({0, 1, 2, 3, 4, 5});
  StoredTensor matrix = whole, transposed = whole, row = whole;
  matrix.shape = {2, 3}, matrix.strides = {3, 1};
  transposed.shape = {3, 2}, transposed.strides = {1, 3};
  row.shape = {2}, row.offset = 4;
  PickleDict weights;
  weights.set("transposed", transposed);
  weights.set("matrix", matrix);
  weights.set("row", row);
  weights.set("own", floats({0, 1, 2, 3, 4, 5}));
  SafetensorsFile file = to_safetensors(weights);
  // Every reader finds each.
  EXPECT_EQ(file.tensors[0].second.contiguous_bytes(), transposed.contiguous_bytes());

  const PickleValue read = from_safetensors(file);
  EXPECT_TRUE(read == PickleValue(weights));
  const auto storage = [&](const char* name) { return read.at(name).as_tensor().storage; };
  EXPECT_EQ(storage("transposed"), storage("matrix"));
  EXPECT_EQ(storage("row"), storage("matrix"));
  EXPECT_NE(storage("own"), storage("matrix"));
  EXPECT_EQ(read.at("transposed").as_tensor().strides, (std::vector<std::int64_t>{1, 3}));

  // Somebody else's change of one of them counts.
  file.tensors[2].second = floats({8, 9});
  const PickleValue changed = from_safetensors(file);
  EXPECT_EQ(changed.at("row").as_tensor().contiguous_bytes(), floats({8, 9}).contiguous_bytes());
  EXPECT_NE(changed.at("row").as_tensor().storage, changed.at("matrix").as_tensor().storage);
}

TEST(SafetensorsCheckpoint, EqualViewsOfALargerMemoryAreShared) {
  StoredTensor part = floats({0, 1, 2, 3});
  part.shape = {2}, part.offset = 1;
  StoredTensor other = part;
  other.offset = 2;
  PickleDict weights;
  weights.set("norm", part);
  weights.set("norms.3", part);
  weights.set("other", other);
  SafetensorsFile file = to_safetensors(weights);
  for (auto& [name, tensor] : file.tensors) {  // as they come from a file
    tensor = {copy_to_storage(tensor.type(), tensor.contiguous_bytes()),
              0,
              tensor.shape,
              row_major_strides(tensor.shape)};
  }
  const PickleValue read = from_safetensors(file);
  EXPECT_TRUE(read == PickleValue(weights));
  const auto storage = [&](const char* name) { return read.at(name).as_tensor().storage; };
  EXPECT_EQ(storage("norm"), storage("norms.3"));
  EXPECT_NE(storage("norm"), storage("other"));
}

TEST(SafetensorsCheckpoint, TrainedParametersStaySuch) {
  StoredTensor trained = floats({1});
  trained.requires_grad = true;
  PickleDict weights;
  weights.set("a", trained);
  weights.set("b", floats({2}));
  const PickleValue read = from_safetensors(to_safetensors(weights));
  EXPECT_TRUE(read.at("a").as_tensor().requires_grad);
  EXPECT_FALSE(read.at("b").as_tensor().requires_grad);
}

TEST(SafetensorsCheckpoint, FilesOfOthersAreDictsOfTensors) {
  const SafetensorsFile file{.tensors = {{"b", floats({1})}, {"a", floats({2})}},
                             .metadata = {{"format", "pt"}, {"model_init_args", "no JSON"}}};
  const PickleValue read = from_safetensors(file);
  EXPECT_EQ(read.as_dict().items.size(), 2U);
  EXPECT_EQ(foreign_metadata(file), std::vector<std::string>{"model_init_args"});
  EXPECT_TRUE(foreign_metadata(to_safetensors(exported_model())).empty());
}

TEST(SafetensorsCheckpoint, DamagedMetadataIsAnError) {
  for (const char* text : {"",
                           "1",
                           "{}",
                           R"({"version":1})",
                           R"({"version":2,"root":{}})",
                           R"({"root":{}})",
                           R"({"version":1,"root":{}})",
                           R"({"version":1,"root":{"$tensors":["absent"]}})",
                           R"({"version":1,"root":{"license_info":{"$metadata":"license_info"}}})",
                           R"({"version":1,"root":{"$tensors":["a"]},"shared":{"absent":{}}})",
                           R"({"version":1,"root":{"$tensors":["a"]},"shared":{"a":{}}})",
                           R"({"version":1,"root":{"$tensors":["a"]},"shared":{"a":{"of":1}}})",
                           R"({"version":1,"root":{"$tensors":["a"]},"requires_grad":[1]})",
                           R"({"version":1,"root":{"$tensors":["a"]},"requires_grad":["x"]})"}) {
    const SafetensorsFile file{.tensors = {{"a", floats({1})}}, .metadata = {{"saker", text}}};
    expect_error(ErrorKind::kCheckpoint, {}, [&] { from_safetensors(file); });
  }
  SafetensorsFile file = to_safetensors(exported_model());
  set_metadata(file, "model_init_args", "{");
  expect_error(ErrorKind::kCheckpoint, {"model_init_args"}, [&] { from_safetensors(file); });
}

// A view that reaches beyond its memory is not followed.
TEST(SafetensorsCheckpoint, LyingViewsAreNotShared) {
  const SafetensorsFile file{
      .tensors = {{"a", floats({1})}, {"b", floats({1})}},
      .metadata = {{"saker",
                    R"({"version":1,"root":{"$tensors":["a","b"]},)"
                    R"("shared":{"b":{"of":"a","offset":9,"strides":[1]}}})"}}};
  const PickleValue read = from_safetensors(file);
  EXPECT_NE(read.at("a").as_tensor().storage, read.at("b").as_tensor().storage);
}

}  // namespace
}  // namespace saker
