#include "weights/checkpoint_file.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "core/atomic_file.hpp"
#include "core/file.hpp"
#include "expect_error.hpp"
#include "golden.hpp"
#include "temporary_folder.hpp"
#include "weights/zip_reader.hpp"
#include "weights/zip_writer.hpp"

namespace saker {
namespace {

using namespace std::string_literals;
using test::expect_error;

double element(StoredType type, const std::byte* bytes) {
  const auto as = [bytes](auto value) {
    std::memcpy(&value, bytes, sizeof(value));
    return value;
  };
  switch (type) {
    case StoredType::kFloat32:
      return static_cast<double>(as(float{}));
    case StoredType::kInt64:
      return static_cast<double>(as(std::int64_t{}));
    case StoredType::kBFloat16: {
      const std::uint32_t bits = std::uint32_t{as(std::uint16_t{})} << 16;
      return static_cast<double>(std::bit_cast<float>(bits));
    }
    case StoredType::kFloat16: {
      const std::uint16_t bits = as(std::uint16_t{});
      const double magnitude =
          std::ldexp(1024 + (bits & 1023), ((bits >> 10) & 31) - 25);  // normal numbers only
      return (bits & 0x8000) != 0 ? -magnitude : magnitude;
    }
    default:
      return static_cast<double>(as(std::uint8_t{}));
  }
}

void check_tensors(const PickleValue& state, const nlohmann::ordered_json& expected) {
  ASSERT_EQ(state.as_dict().items.size(), expected.size());
  std::size_t i = 0;
  for (const auto& [name, facts] : expected.items()) {
    SCOPED_TRACE(name);
    EXPECT_EQ(state.as_dict().items[i++].first.as_string(), name);
    const StoredTensor& tensor = state.at(name).as_tensor();
    EXPECT_EQ(to_string(tensor.type()), facts.at("dtype"));
    EXPECT_EQ(nlohmann::ordered_json(tensor.shape), facts.at("shape"));
    EXPECT_EQ(nlohmann::ordered_json(tensor.strides), facts.at("stride"));
    EXPECT_FALSE(tensor.requires_grad);
    const std::vector<std::byte> bytes = tensor.contiguous_bytes();
    std::vector<double> values;
    for (std::size_t at = 0; at < bytes.size(); at += size_of(tensor.type())) {
      values.push_back(element(tensor.type(), bytes.data() + at));
    }
    EXPECT_EQ(nlohmann::ordered_json(values), facts.at("values"));
  }
}

// Keys of JSON objects are texts, those of pickles may be integers.
void check_value(const PickleValue& value,
                 const nlohmann::ordered_json& expected,
                 const std::string& path) {
  SCOPED_TRACE(path);
  if (expected.is_object()) {
    ASSERT_EQ(value.as_dict().items.size(), expected.size());
    auto item = value.as_dict().items.begin();
    for (const auto& [key, member] : expected.items()) {
      const std::string found =
          item->first.is_int() ? std::to_string(item->first.as_int()) : item->first.as_string();
      EXPECT_EQ(found, key);
      check_value(item->second, member, path + "/" + key);
      ++item;
    }
  } else if (expected.is_array()) {
    ASSERT_EQ(value.as_sequence().size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      check_value(value.as_sequence()[i], expected[i], path + "/" + std::to_string(i));
    }
  } else if (expected.is_string()) {
    EXPECT_EQ(value.as_string(), expected);
  } else if (expected.is_boolean()) {
    EXPECT_EQ(value.as_bool(), expected);
  } else if (expected.is_number_integer()) {
    EXPECT_EQ(value.as_int(), expected);
  } else if (expected.is_number()) {
    EXPECT_EQ(value.as_double(), expected);
  } else {
    EXPECT_TRUE(value.is_none());
  }
}

void check_init_args(const PickleValue& args, const nlohmann::ordered_json& expected) {
  check_value(args, expected, "");
  for (const auto& [id, name] : args.at("classes").as_dict().items)
    EXPECT_TRUE(id.is_int()) << name.as_string();
  EXPECT_TRUE(args.at("image_size").is_tuple());
  EXPECT_TRUE(args.at("image_normalize").at("mean").is_tuple());
}

TEST(CheckpointFile, ReadsTheExportedGolden) {
  SAKER_GOLDEN(path, "platform/tiny_exported.pt");
  SAKER_GOLDEN(facts_path, "platform/tiny_checkpoints.json");
  const auto facts = test::read_json(facts_path);
  const PickleValue file = read_checkpoint(path);
  check_tensors(file.at("train_model"), facts.at("tensors"));
  check_init_args(file.at("model_init_args"), facts.at("model_init_args"));
}

TEST(CheckpointFile, ReadsTheTrainingGoldenAndSkipsForeignObjects) {
  SAKER_GOLDEN(path, "platform/tiny_last.ckpt");
  SAKER_GOLDEN(facts_path, "platform/tiny_checkpoints.json");
  const auto facts = test::read_json(facts_path);
  const PickleValue file = read_checkpoint(path);
  std::vector<std::string> keys;
  for (const auto& [key, value] : file.as_dict().items) keys.push_back(key.as_string());
  EXPECT_EQ(keys,
            (std::vector<std::string>{"train_model",
                                      "optimizer",
                                      "scheduler",
                                      "train_dataloader",
                                      "step",
                                      "model_class_path",
                                      "model_init_args",
                                      "license_info"}));
  check_tensors(file.at("train_model"), facts.at("tensors"));
  check_init_args(file.at("model_init_args"), facts.at("model_init_args"));
  EXPECT_EQ(file.at("step").as_int(), facts.at("step"));
  EXPECT_EQ(file.at("train_dataloader").type_name(), "argparse.Namespace");
  EXPECT_EQ(file.at("train_dataloader").as_opaque().state.at("batch_size").as_int(), 2);

  const auto& optimizer = facts.at("optimizer");
  const PickleValue& group = file.at("optimizer").at("param_groups").as_sequence().at(0);
  check_value(group, optimizer.at("param_group"), "param_group");
  EXPECT_TRUE(group.at("betas").is_tuple());
  const PickleDict& states = file.at("optimizer").at("state").as_dict();
  ASSERT_EQ(states.items.size(), 1U);
  EXPECT_EQ(states.items[0].first.as_int(), 0);
  for (const char* name : {"step", "exp_avg", "exp_avg_sq"}) {
    const StoredTensor& tensor = states.items[0].second.at(name).as_tensor();
    const std::vector<std::byte> bytes = tensor.contiguous_bytes();
    std::vector<double> values;
    for (std::size_t at = 0; at < bytes.size(); at += 4)
      values.push_back(element(tensor.type(), bytes.data() + at));
    const nlohmann::ordered_json wanted = optimizer.at(name);
    EXPECT_EQ(nlohmann::ordered_json(values),
              wanted.is_array() ? wanted : nlohmann::ordered_json::array({wanted}))
        << name;
  }
}

TEST(CheckpointFile, RoundTripOfAGoldenKeepsTheContainer) {
  SAKER_GOLDEN(path, "platform/tiny_exported.pt");
  SAKER_GOLDEN(facts_path, "platform/tiny_checkpoints.json");
  const auto facts = test::read_json(facts_path).at("exported");
  const test::TemporaryFolder folder;
  const PickleValue file = read_checkpoint(path);
  write_checkpoint(folder / "copy.pt", file, "tiny_exported");
  EXPECT_EQ(read_checkpoint(folder / "copy.pt"), file);

  const std::vector<std::byte> bytes = read_file(folder / "copy.pt");
  const MemorySource source(bytes);
  const ZipReader zip(source, "copy.pt");
  std::vector<std::string> names;
  for (const ZipReader::Entry& entry : zip.entries()) {
    ASSERT_TRUE(entry.name.starts_with("tiny_exported/"));
    if (entry.name.find("serialization_id") == std::string::npos)
      names.push_back(entry.name.substr(14));
    const bool is_storage = entry.name.starts_with("tiny_exported/data/");
    EXPECT_TRUE(!is_storage || entry.offset % 64 == 0) << entry.name;
  }
  std::ranges::sort(names);
  EXPECT_EQ(nlohmann::ordered_json(names), facts.at("entries"));
  const std::vector<std::byte> version = zip.read(*zip.find("tiny_exported/version"));
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(version.data()), version.size()),
            facts.at("version"));
}

TEST(CheckpointFile, ATruncatedFileIsAnError) {
  SAKER_GOLDEN(path, "platform/tiny_last.ckpt");
  const std::vector<std::byte> bytes = read_file(path);
  for (std::size_t size = 0; size < bytes.size(); size += 97) {
    const std::vector<std::byte> cut(bytes.begin(),
                                     bytes.begin() + static_cast<std::ptrdiff_t>(size));
    expect_error(ErrorKind::kCheckpoint, {"last.ckpt"}, [&] { read_checkpoint(cut, "last.ckpt"); });
  }
}

TEST(CheckpointFile, ADamagedByteIsAnErrorOrHarmless) {
  SAKER_GOLDEN(path, "platform/tiny_last.ckpt");
  const std::vector<std::byte> good = read_file(path);
  int errors = 0;
  for (std::size_t at = 0; at < good.size(); at += 3) {
    std::vector<std::byte> bytes = good;
    bytes[at] ^= std::byte{0x41};
    try {
      read_checkpoint(bytes, "last.ckpt");
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kCheckpoint);
      ++errors;
    }
  }
  // The rest lies in padding, dates and other fields that nobody reads.
  EXPECT_GT(errors, static_cast<int>(good.size() / 3 / 2));
}

std::filesystem::path archive_with(const std::filesystem::path& path,
                                   const std::string& pickle,
                                   const std::string& storage = "",
                                   const std::string& byteorder = "little") {
  ZipWriter zip(path);
  zip.add("archive/data.pkl", pickle);
  zip.add("archive/byteorder", byteorder);
  zip.add("archive/data/0", storage);
  zip.finish();
  return path;
}

TEST(CheckpointFile, AFileThatRunsCodeIsRefused) {
  const test::TemporaryFolder folder;
  const auto path = archive_with(folder / "evil.pt",
                                 "\x80\x02"
                                 "cos\nsystem\nX\x02\0\0\0id\x85R."s);
  expect_error(
      ErrorKind::kCheckpoint,
      {"evil.pt: refers to os.system, which a weights file has no reason to do; nothing was run"},
      [&] { read_checkpoint(path); });
}

TEST(CheckpointFile, APickledModelIsRefused) {
  const test::TemporaryFolder folder;
  const auto path = archive_with(folder / "model.pt",
                                 "\x80\x02"
                                 "cmy.nets\nNet\n)\x81}b."s);
  expect_error(ErrorKind::kCheckpoint,
               {"model.pt", "my.nets.Net", "nothing was run", "state_dict"},
               [&] { read_checkpoint(path); });
}

// A tensor over storage 0 with `count` elements, a pickled integer.
std::string tensor_pickle(const std::string& count) {
  return "\x80\x02"
         "ctorch._utils\n_rebuild_tensor_v2\n((X\7\0\0\0storagectorch\nFloatStorage\nX\1\0\0\0"
         "0X\3\0\0\0cpu"s +
         count +
         "tQK\0K\2\x85K\1\x85\x89N"
         "tR."s;
}

TEST(CheckpointFile, StoragesMustHaveTheClaimedSize) {
  const test::TemporaryFolder folder;
  EXPECT_TRUE(
      read_checkpoint(archive_with(folder / "good.pt", tensor_pickle("K\2"), std::string(8, 'x')))
          .is_tensor());
  for (const std::string& count : {"K\3"s, "J\xff\xff\xff\xff"s, "\x8a\x08\0\0\0\0\0\0\0\x40"s}) {
    const auto path = archive_with(folder / "bad.pt", tensor_pickle(count), std::string(8, 'x'));
    expect_error(ErrorKind::kCheckpoint, {"bad.pt", "storage"}, [&] { read_checkpoint(path); });
  }
  const auto odd = archive_with(folder / "odd.pt", tensor_pickle("K\2"), std::string(9, 'x'));
  expect_error(ErrorKind::kCheckpoint, {"odd.pt", "9 bytes"}, [&] { read_checkpoint(odd); });
}

TEST(CheckpointFile, OtherFilesAreNamedForWhatTheyAre) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "a.pt", "");
  expect_error(
      ErrorKind::kCheckpoint, {"a.pt", "empty"}, [&] { read_checkpoint(folder / "a.pt"); });
  write_file_atomically(folder / "a.pt", "\x80\x02\x8a\nl");
  expect_error(ErrorKind::kCheckpoint, {"a.pt", "before version 1.6"}, [&] {
    read_checkpoint(folder / "a.pt");
  });
  write_file_atomically(folder / "a.pt", "hello");
  expect_error(ErrorKind::kCheckpoint, {"a.pt", "no file of torch.save"}, [&] {
    read_checkpoint(folder / "a.pt");
  });
  {
    ZipWriter zip(folder / "a.pt");
    zip.add("a.txt", "hello");
    zip.finish();
  }
  expect_error(
      ErrorKind::kCheckpoint, {"a.pt", "no data.pkl"}, [&] { read_checkpoint(folder / "a.pt"); });
  archive_with(folder / "a.pt", "N.", "", "big");
  expect_error(
      ErrorKind::kCheckpoint, {"a.pt", "big-endian"}, [&] { read_checkpoint(folder / "a.pt"); });
  expect_error(ErrorKind::kIo, {"absent.pt"}, [&] { read_checkpoint(folder / "absent.pt"); });
}

TEST(CheckpointFile, AnUnwritableValueLeavesTheOldFile) {
  const test::TemporaryFolder folder;
  write_checkpoint(folder / "a.ckpt", PickleList{{1}});
  expect_error(ErrorKind::kUnsupported, {"a.ckpt", "my.Net"}, [&] {
    write_checkpoint(folder / "a.ckpt",
                     PickleOpaque{.name = std::make_shared<const std::string>("my.Net")});
  });
  EXPECT_EQ(read_checkpoint(folder / "a.ckpt"), PickleValue(PickleList{{1}}));
}

}  // namespace
}  // namespace saker
