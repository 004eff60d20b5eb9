#include "weights/pickle_writer.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "expect_error.hpp"
#include "weights/pickle_reader.hpp"

namespace saker {
namespace {

PickleValue round_trip(const PickleValue& value) {
  const WrittenPickle written = write_pickle(value);
  return read_pickle(std::as_bytes(std::span(written.bytes.data(), written.bytes.size())),
                     "memory",
                     [&](const std::string& key, StoredType, std::int64_t) {
                       return written.storages.at(std::stoul(key));
                     });
}

TEST(PickleWriter, RoundTripOfScalarsAndContainers) {
  PickleDict inner{.items = {}, .ordered = true};
  inner.set(7, "bl\xc3\xbc");
  inner.set(0, PickleTuple{{1}});
  PickleDict dict;
  dict.set("none", nullptr);
  dict.set("bools", PickleTuple{{true, false}});
  PickleList ints;
  for (const std::int64_t value : {std::int64_t{0},
                                   std::int64_t{255},
                                   std::int64_t{256},
                                   std::int64_t{65535},
                                   std::int64_t{65536},
                                   std::int64_t{-1},
                                   std::int64_t{2147483648},
                                   std::numeric_limits<std::int64_t>::min(),
                                   std::numeric_limits<std::int64_t>::max()}) {
    ints.items.emplace_back(value);
  }
  dict.set("ints", ints);
  dict.set("floats",
           PickleTuple{{0.1, -0.0, std::numeric_limits<double>::infinity(), 1e-300, 5.0}});
  dict.set("empty", PickleTuple{{PickleTuple{}, PickleList{}, PickleDict{}, ""}});
  dict.set("bytes", PickleBytes{std::string("\0\x7f\x80\xff", 4)});
  dict.set("inner", inner);
  dict.set("tuple3", PickleTuple{{1, 2, 3}});
  const PickleValue value = dict;
  EXPECT_EQ(round_trip(value), value);
}

TEST(PickleWriter, SharedStoragesAreWrittenOnce) {
  const float values[] = {0, 1, 2, 3};
  const auto storage = copy_to_storage(StoredType::kFloat32, std::as_bytes(std::span(values)));
  const StoredTensor whole{storage, 0, {4}, {1}}, part{storage, 2, {2}, {1}};
  const WrittenPickle written = write_pickle(PickleTuple{{whole, part, whole}});
  EXPECT_EQ(written.storages.size(), 1U);
  const PickleValue read = round_trip(PickleTuple{{whole, part}});
  EXPECT_EQ(read.as_sequence()[1].as_tensor().offset, 2);
  EXPECT_EQ(read.as_sequence()[1], PickleValue(part));
}

TEST(PickleWriter, EmptyStoragesAreSeparate) {
  const StoredTensor empty{copy_to_storage(StoredType::kFloat32, {}), 0, {0, 3}, {3, 1}};
  const StoredTensor other{copy_to_storage(StoredType::kInt64, {}), 0, {0}, {1}};
  EXPECT_EQ(write_pickle(PickleTuple{{empty, other}}).storages.size(), 2U);
}

TEST(PickleWriter, RefusesWhatItCannotWrite) {
  test::expect_error(ErrorKind::kUnsupported, {"argparse.Namespace"}, [] {
    write_pickle(PickleOpaque{.name = std::make_shared<const std::string>("argparse.Namespace")});
  });
  PickleValue deep = 1;
  for (int i = 0; i < 1002; ++i) deep = PickleList{{deep}};
  test::expect_error(ErrorKind::kCheckpoint, {"nested"}, [&] { write_pickle(deep); });
  const auto storage = copy_to_storage(StoredType::kFloat32, std::vector<std::byte>(4));
  const auto alias = std::make_shared<const TensorStorage>(
      TensorStorage{.type = StoredType::kInt32, .numel = 1, .bytes = storage->bytes});
  test::expect_error(ErrorKind::kCheckpoint, {"float32", "int32"}, [&] {
    write_pickle(
        PickleTuple{{StoredTensor{storage, 0, {1}, {1}}, StoredTensor{alias, 0, {1}, {1}}}});
  });
}

}  // namespace
}  // namespace saker
