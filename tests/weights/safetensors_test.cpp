#include "weights/safetensors.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "core/file.hpp"
#include "expect_error.hpp"
#include "golden.hpp"
#include "temporary_folder.hpp"
#include "weights/little_endian.hpp"

namespace saker {
namespace {

using test::expect_error;

std::string file_of(const std::string& header, std::size_t data_size) {
  std::string file;
  append_little_endian(file, static_cast<std::uint64_t>(header.size()));
  return file + header + std::string(data_size, '\1');
}

SafetensorsFile read(const std::string& file) {
  return read_safetensors(std::as_bytes(std::span(file.data(), file.size())), "a.safetensors");
}

StoredTensor floats(std::vector<std::int64_t> shape, const std::vector<float>& values) {
  StoredTensor tensor{copy_to_storage(StoredType::kFloat32, std::as_bytes(std::span(values))),
                      0,
                      std::move(shape),
                      {}};
  tensor.strides = row_major_strides(tensor.shape);
  return tensor;
}

TEST(Safetensors, RoundTrip) {
  StoredTensor transposed = floats({3, 2}, {0, 1, 2, 3, 4, 5});
  transposed.strides = {1, 3};
  const test::TemporaryFolder folder;
  write_safetensors(
      folder / "a.safetensors",
      {.tensors = {{"b", transposed}, {"a", floats({}, {7})}, {"empty", floats({0, 3}, {})}},
       .metadata = {{"made_by", "a test"}}});
  const SafetensorsFile file = read_safetensors(folder / "a.safetensors");
  ASSERT_EQ(file.tensors.size(), 3U);
  EXPECT_EQ(file.metadata.at(0).second, "a test");
  for (const auto& [name, tensor] : file.tensors) {
    if (name == "b") {
      EXPECT_EQ(tensor.contiguous_bytes(), transposed.contiguous_bytes());
      EXPECT_EQ(tensor.shape, transposed.shape);
      EXPECT_TRUE(tensor.is_contiguous());
    } else if (name == "empty") {
      EXPECT_EQ(tensor.shape, (std::vector<std::int64_t>{0, 3}));
    } else {
      EXPECT_EQ(name, "a");
      EXPECT_TRUE(tensor.shape.empty());
    }
  }
}

TEST(Safetensors, ReadsFilesOfOthers) {
  SAKER_GOLDEN(path, "transforms/normalize.safetensors");
  const SafetensorsFile file = read_safetensors(path);
  const auto expected = test::read_safetensors(path);
  ASSERT_EQ(file.tensors.size(), expected.size());
  for (const auto& [name, tensor] : file.tensors) {
    EXPECT_EQ(tensor.shape, expected.at(name).shape);
    EXPECT_EQ(tensor.contiguous_bytes(), expected.at(name).bytes);
  }
}

TEST(Safetensors, LyingHeadersAreErrors) {
  const std::string good = R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})";
  EXPECT_EQ(read(file_of(good, 8)).tensors.size(), 1U);
  for (
      const std::string& header : std::vector<std::string>{
          "",
          "[]",
          "{",
          "7",
          R"({"a":7})",
          R"({"a":{}})",
          R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})",
          R"({"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})",
          R"({"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}})",
          R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}})",
          R"({"a":{"dtype":"F32","shape":[9223372036854775807],"data_offsets":[0,8]}})",
          R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}})",
          R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})",
          R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}})",
          R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}})",
          R"({"a":{"dtype":"F32","shape":"2","data_offsets":[0,8]}})",
          R"({"a":{"dtype":"F31","shape":[2],"data_offsets":[0,8]}})",
          R"({"a":{"dtype":7,"shape":[2],"data_offsets":[0,8]}})",
          R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
          R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})",
          R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
          R"({"__metadata__":{"x":1},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})",
          R"({"__metadata__":7,"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})",
          std::string(100'000, '['),
          "{\"a\":" + std::string(100'000, '[')}) {
    expect_error(ErrorKind::kCheckpoint, {"a.safetensors"}, [&] { read(file_of(header, 8)); });
  }
}

TEST(Safetensors, EveryTruncationIsAnError) {
  const std::string file = file_of(R"({"a":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}})", 8);
  for (std::size_t size = 0; size < file.size(); ++size) {
    expect_error(
        ErrorKind::kCheckpoint, {"a.safetensors"}, [&] { read(std::string(file, 0, size)); });
  }
  std::string huge = file;
  huge.replace(0, 8, 8, '\xff');
  expect_error(ErrorKind::kCheckpoint, {"a.safetensors"}, [&] { read(huge); });
}

TEST(Safetensors, NamesMustBeUniqueAndText) {
  const test::TemporaryFolder folder;
  const StoredTensor tensor = floats({1}, {1});
  expect_error(ErrorKind::kCheckpoint, {"twice"}, [&] {
    write_safetensors(folder / "a", {.tensors = {{"a", tensor}, {"a", tensor}}, .metadata = {}});
  });
  expect_error(ErrorKind::kCheckpoint, {"UTF-8"}, [&] {
    write_safetensors(folder / "a", {.tensors = {{"\xff", tensor}}, .metadata = {}});
  });
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace saker
