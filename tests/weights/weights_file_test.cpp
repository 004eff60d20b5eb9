#include "weights/weights_file.hpp"

#include <gtest/gtest.h>

#include "core/atomic_file.hpp"
#include "core/file.hpp"
#include "expect_error.hpp"
#include "golden.hpp"
#include "temporary_folder.hpp"
#include "weights/checkpoint_file.hpp"
#include "weights/safetensors.hpp"

namespace saker {
namespace {

using test::expect_error;

PickleDict weights_of_every_type() {
  PickleDict weights;
  std::vector<std::byte> bytes(48);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = std::byte(i % 2);
  for (const StoredType type : {StoredType::kFloat32,
                                StoredType::kFloat64,
                                StoredType::kFloat16,
                                StoredType::kBFloat16,
                                StoredType::kInt64,
                                StoredType::kInt32,
                                StoredType::kInt16,
                                StoredType::kInt8,
                                StoredType::kUint8,
                                StoredType::kBool}) {
    StoredTensor tensor{.storage = copy_to_storage(type, bytes)};
    tensor.shape = {2, tensor.storage->numel / 2};
    tensor.strides = row_major_strides(tensor.shape);
    weights.set(to_string(type), tensor);
  }
  weights.set(
      "scalar",
      StoredTensor{copy_to_storage(StoredType::kInt64, std::span(bytes).first(8)), 0, {}, {}});
  weights.set("empty", StoredTensor{copy_to_storage(StoredType::kFloat32, {}), 0, {0, 3}, {3, 1}});
  return weights;
}

TEST(WeightsFile, EveryTypeGoesThroughEveryFormat) {
  const test::TemporaryFolder folder;
  const PickleValue weights = weights_of_every_type();
  PickleValue value = weights;
  for (const char* name : {"a.pt", "b.safetensors", "c.ckpt", "d.pth", "e.safetensors"}) {
    write_weights_file(folder / name, value);
    value = read_weights_file(folder / name);
    EXPECT_TRUE(value == weights) << name;
  }
  // Equal contents give equal bytes.
  EXPECT_EQ(read_file(folder / "b.safetensors"), read_file(folder / "e.safetensors"));
}

TEST(WeightsFile, ContentTellsTheFormat) {
  const test::TemporaryFolder folder;
  write_weights_file(folder / "a.safetensors", weights_of_every_type());
  write_weights_file(folder / "a.pt", weights_of_every_type());
  std::filesystem::rename(folder / "a.safetensors", folder / "b.pt");
  std::filesystem::rename(folder / "a.pt", folder / "b.safetensors");
  EXPECT_TRUE(read_weights_file(folder / "b.pt") == read_weights_file(folder / "b.safetensors"));
}

TEST(WeightsFile, GoldensSurvive) {
  const test::TemporaryFolder folder;
  SAKER_GOLDEN(exported, "platform/tiny_exported.pt");
  const PickleValue model = read_weights_file(exported);
  write_weights_file(folder / "a.safetensors", model);
  EXPECT_TRUE(read_weights_file(folder / "a.safetensors") == model);

  SAKER_GOLDEN(last, "platform/tiny_last.ckpt");
  std::vector<std::string> left_out;
  const PickleValue checkpoint = without_opaque_objects(read_weights_file(last), left_out);
  ASSERT_EQ(left_out.size(), 1U);
  EXPECT_EQ(left_out[0], "train_dataloader (argparse.Namespace)");
  write_weights_file(folder / "b.safetensors", checkpoint);
  EXPECT_TRUE(read_weights_file(folder / "b.safetensors") == checkpoint);
  write_weights_file(folder / "b.ckpt", read_weights_file(folder / "b.safetensors"));
  EXPECT_TRUE(read_checkpoint(folder / "b.ckpt") == checkpoint);
}

TEST(WeightsFile, MetadataOfOthersIsNamed) {
  const test::TemporaryFolder folder;
  write_safetensors(folder / "a.safetensors", {.tensors = {}, .metadata = {{"author", "me"}}});
  std::vector<std::string> left_out;
  EXPECT_TRUE(read_weights_file(folder / "a.safetensors", &left_out) == PickleValue(PickleDict{}));
  EXPECT_EQ(left_out, std::vector<std::string>{"metadata author"});
}

TEST(WeightsFile, OpaqueObjectsAreFoundEverywhere) {
  const PickleValue opaque =
      PickleOpaque{.name = std::make_shared<const std::string>("package.Class")};
  PickleDict inner;
  inner.set("x", opaque);
  inner.set("y", 1);
  PickleDict dict;
  dict.set("list", PickleList{{opaque, inner}});
  dict.set("again", inner);
  dict.set(opaque, 2);
  std::vector<std::string> left_out;
  const PickleValue cleaned = without_opaque_objects(dict, left_out);
  EXPECT_EQ(left_out.size(), 4U);
  EXPECT_EQ(left_out[1], "list.1.x (package.Class)");
  EXPECT_TRUE(cleaned.at("list").as_sequence()[0].is_none());
  EXPECT_EQ(cleaned.at("again").at("y").as_int(), 1);
}

TEST(WeightsFile, BadFilesAreNamed) {
  const test::TemporaryFolder folder;
  for (const std::string& text :
       {std::string(), std::string("abc"), std::string("PK"), std::string(20, '{')}) {
    for (const char* name : {"a.pt", "a.safetensors"}) {
      write_file_atomically(folder / name, text);
      expect_error(ErrorKind::kCheckpoint, {name}, [&] { read_weights_file(folder / name); });
    }
  }
  expect_error(ErrorKind::kIo, {"absent"}, [&] { read_weights_file(folder / "absent"); });
  expect_error(ErrorKind::kUsage, {"a.bin", ".safetensors"}, [&] {
    write_weights_file(folder / "a.bin", PickleDict{});
  });
}

TEST(WeightsFile, WhatCannotBeWrittenLeavesNoFile) {
  const test::TemporaryFolder folder;
  PickleDict dict;
  dict.set("\xff", 1);
  expect_error(ErrorKind::kCheckpoint, {"a.safetensors", "UTF-8"}, [&] {
    write_weights_file(folder / "a.safetensors", dict);
  });
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace saker
