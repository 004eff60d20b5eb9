#include "weights/pickle_reader.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <string_view>

#include "expect_error.hpp"

namespace saker {
namespace {

using namespace std::string_literals;
using test::expect_error;

std::shared_ptr<const TensorStorage> six_floats(const std::string& key,
                                                StoredType type,
                                                std::int64_t numel) {
  if (key != "0" || type != StoredType::kFloat32 || numel != 6) {
    throw Error(ErrorKind::kCheckpoint, "lacks the storage '" + key + "'");
  }
  const float values[] = {0, 1, 2, 3, 4, 5};
  return copy_to_storage(type, std::as_bytes(std::span(values)));
}

PickleValue read(const std::string& pickle) {
  return read_pickle(std::as_bytes(std::span(pickle.data(), pickle.size())), "a.pt", six_floats);
}

std::string unicode(const std::string& text) {
  return "X"s + static_cast<char>(text.size()) + "\0\0\0"s + text;
}

// A tensor of six floats; shape and strides are pickled tuples.
std::string tensor(const std::string& shape,
                   const std::string& strides,
                   const std::string& offset = "K\0"s) {
  return "ctorch._utils\n_rebuild_tensor_v2\n((" + unicode("storage") + "ctorch\nFloatStorage\n" +
         unicode("0") + unicode("cuda:0") + "K\6tQ" + offset + shape + strides + "\x89" +
         "ccollections\nOrderedDict\n)RtR";
}

TEST(PickleReader, Scalars) {
  EXPECT_TRUE(read("\x80\x02N.").is_none());
  EXPECT_EQ(read("\x88.").as_bool(), true);
  EXPECT_EQ(read("\x89.").as_bool(), false);
  EXPECT_EQ(read("K\xff.").as_int(), 255);
  EXPECT_EQ(read("M\x01\x02.").as_int(), 513);
  EXPECT_EQ(read("J\xfe\xff\xff\xff.").as_int(), -2);
  EXPECT_EQ(read("G\x3f\xf8\0\0\0\0\0\0."s).as_double(), 1.5);
  EXPECT_EQ(read(unicode("bl\xc3\xbc") + ".").as_string(), "bl\xc3\xbc");
  EXPECT_EQ(read("C\2\0\xff."s).as_bytes().data, "\0\xff"s);
  EXPECT_EQ(read("U\2ab.").as_string(), "ab");
}

TEST(PickleReader, LongIntegers) {
  EXPECT_EQ(read("\x8a\0."s).as_int(), 0);
  EXPECT_EQ(read("\x8a\1\xff.").as_int(), -1);
  EXPECT_EQ(read("\x8a\2\x00\x80."s).as_int(), -32768);
  EXPECT_EQ(read("\x8a\5\0\0\0\0\1."s).as_int(), std::int64_t{1} << 32);
  EXPECT_EQ(read("\x8a\x08\0\0\0\0\0\0\0\x80."s).as_int(),
            std::numeric_limits<std::int64_t>::min());
  const PickleValue huge = read("\x8b\x10\0\0\0"s + std::string(16, '\x7f') + ".");
  EXPECT_EQ(huge.type_name(), "int");
  EXPECT_TRUE(huge.is_opaque());
}

TEST(PickleReader, ContainersKeepTypesAndOrder) {
  const PickleValue value =
      read("}(" + unicode("b") + "K\1K\7](K\1K\2eK\x08)" + unicode("a") + "K\1K\2\x86u.");
  ASSERT_EQ(value.as_dict().items.size(), 4U);
  EXPECT_FALSE(value.as_dict().ordered);
  EXPECT_EQ(value.as_dict().items[0].first.as_string(), "b");
  EXPECT_EQ(value.as_dict().items[1].first.as_int(), 7);
  EXPECT_EQ(value.as_dict().items[1].second, PickleValue(PickleList{{1, 2}}));
  EXPECT_EQ(value.as_dict().items[2].second, PickleValue(PickleTuple{}));
  EXPECT_EQ(value.at("a"), PickleValue(PickleTuple{{1, 2}}));
}

TEST(PickleReader, TheLastOfEqualKeysWinsAtTheFirstPlace) {
  const PickleValue value =
      read("}(" + unicode("a") + "K\1" + unicode("b") + "K\2" + unicode("a") + "K\3u.");
  ASSERT_EQ(value.as_dict().items.size(), 2U);
  EXPECT_EQ(value.as_dict().items[0].second.as_int(), 3);
}

TEST(PickleReader, OrderedDictWithAttributes) {
  const PickleValue value = read("ccollections\nOrderedDict\n)R(" + unicode("a") + "K\1u}" +
                                 unicode("_metadata") + "Nsb.");
  EXPECT_EQ(value.type_name(), "OrderedDict");
  EXPECT_EQ(value.at("a").as_int(), 1);
}

TEST(PickleReader, MemoSharesObjectsAsTheyGrow) {
  // The list is taken from the memo before its element is appended.
  const PickleValue value = read("((]q\1h\1K\5atl.");
  EXPECT_EQ(value, PickleValue(PickleList{{PickleTuple{{PickleList{{5}}, PickleList{{5}}}}}}))
      << value.type_name();
}

TEST(PickleReader, TensorIsAViewOfItsStorage) {
  const StoredTensor made =
      read("\x80\x02" + tensor("K\2K\2\x86", "K\1K\3\x86", "K\1") + ".").as_tensor();
  EXPECT_EQ(made.offset, 1);
  EXPECT_EQ(made.shape, (std::vector<std::int64_t>{2, 2}));
  EXPECT_EQ(made.strides, (std::vector<std::int64_t>{1, 3}));
  const std::vector<std::byte> bytes = made.contiguous_bytes();
  float values[4];
  ASSERT_EQ(bytes.size(), sizeof(values));
  std::memcpy(values, bytes.data(), sizeof(values));
  EXPECT_EQ(values[0], 1);
  EXPECT_EQ(values[1], 4);
  EXPECT_EQ(values[2], 2);
  EXPECT_EQ(values[3], 5);
}

TEST(PickleReader, ParameterIsItsTensor) {
  const PickleValue value =
      read("ctorch._utils\n_rebuild_parameter\n" + tensor("K\6\x85", "K\1\x85") + "\x88" +
           "ccollections\nOrderedDict\n)R\x87R.");
  EXPECT_TRUE(value.as_tensor().requires_grad);
}

TEST(PickleReader, TensorsBeyondTheirStorageAreErrors) {
  for (const auto& parts : std::vector<std::array<std::string, 3>>{
           {"K\7\x85", "K\1\x85", "K\0"s},
           {"K\6\x85", "K\1\x85", "K\1"},
           {"K\2K\4\x86", "K\3K\1\x86", "K\0"s},
           {"J\xff\xff\xff\xff\x85", "K\1\x85", "K\0"s},
           {"K\2\x85", "J\xff\xff\xff\xff\x85", "K\5"},
           {"\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f\x85",
            "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f\x85",
            "K\0"s},
           {"J\xff\xff\xff\x7f\x85", "K\0\x85"s, "K\0"s},  // one element, repeated 2^31 - 1 times
           {"K\2K\2\x86", "K\1\x85", "K\0"s},
           {"K\2\x85", "K\1\x85", "J\xff\xff\xff\xff"}}) {
    expect_error(ErrorKind::kCheckpoint, {"a.pt", "tensor"}, [&] {
      read(tensor(parts[0], parts[1], parts[2]) + ".");
    });
  }
}

TEST(PickleReader, ForeignObjectsStayOpaque) {
  const PickleValue value =
      read("}(" + unicode("loader") + "cargparse\nNamespace\n)\x81}" + unicode("n") + "K\2sb" +
           unicode("call") + "cmy.module\nmake\nK\1\x85R" + "u.");
  const PickleOpaque& loader = value.at("loader").as_opaque();
  EXPECT_EQ(*loader.name, "argparse.Namespace");
  EXPECT_EQ(loader.state.at("n").as_int(), 2);
  EXPECT_EQ(*value.at("call").as_opaque().name, "my.module.make");
  EXPECT_EQ(value.at("call").as_opaque().arguments, PickleValue(PickleTuple{{1}}));
  EXPECT_FALSE(value.at("call").as_opaque().is_reference);
}

TEST(PickleReader, ProtocolFourNamesAndSets) {
  const PickleValue value =
      read("\x80\x04\x95\x08\0\0\0\0\0\0\0\x8c\x02mm\x94\x8c\x01n\x94\x93)R\x8f(K\1\x90\x86."s);
  EXPECT_EQ(*value.as_sequence()[0].as_opaque().name, "mm.n");
  EXPECT_EQ(value.as_sequence()[1].as_opaque().items.size(), 1U);
}

TEST(PickleReader, NamesOfAttacksAreRefusedWhereverTheyStand) {
  for (const std::string name : {"os\nsystem",
                                 "posix\nsystem",
                                 "nt\nsystem",
                                 "subprocess\nPopen",
                                 "builtins\neval",
                                 "__builtin__\nexec",
                                 "importlib\nimport_module",
                                 "os.path\njoin",
                                 "runpy\nrun_path"}) {
    std::string dotted = name;
    dotted[dotted.find('\n')] = '.';
    for (const std::string& pickle :
         {"c" + name + "\n" + unicode("id") + "\x85R.", "c" + name + "\n0N."}) {
      expect_error(ErrorKind::kCheckpoint,
                   {"a.pt: refers to " + dotted,
                    "which a weights file has no reason to do; nothing was run"},
                   [&] { read(pickle); });
    }
  }
  expect_error(
      ErrorKind::kCheckpoint, {"os.system"}, [] { read("\x8c\x02os\x8c\x06system\x93."); });
}

TEST(PickleReader, CirclesAreCut) {
  const PickleValue list = read("]q\1h\1a.");
  EXPECT_EQ(list.as_sequence().at(0).type_name(), "(cycle)");
  const PickleValue object = read("cm\nC\n)\x81q\1}" + unicode("self") + "h\1sb.");
  EXPECT_EQ(object.as_opaque().state.at("self").type_name(), "(cycle)");
  // A circle that the result does not reach.
  EXPECT_EQ(read("]q\1h\1a0K\1.").as_int(), 1);
}

TEST(PickleReader, DeepNestingIsAnError) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, ']') + std::string(depth - 1, 'a') + ".";
  };
  EXPECT_TRUE(read(nested(1000)).is_list());
  expect_error(ErrorKind::kCheckpoint, {"a.pt", "deeper than 1000"}, [&] { read(nested(1001)); });
  expect_error(ErrorKind::kCheckpoint, {"deeper"}, [&] { read(nested(1'000'000)); });
  // A chain that is built from its outer end, so that no list is deep when it is made.
  std::string chain = "]q\1";
  for (int i = 0; i < 500'000; ++i) chain += "]q\2ah\2";
  expect_error(ErrorKind::kCheckpoint, {"a.pt"}, [&] { read(chain + "h\1."); });
  // Deep, but not part of the result.
  EXPECT_TRUE(read(std::string(100'000, ']') + std::string(99'999, 'a') + "0N.").is_none());
}

TEST(PickleReader, SharedObjectsDoNotMultiply) {
  // Forty tuples, each of the one before twice: 2^40 values if they were copied.
  std::string pickle = ")";
  for (int i = 0; i < 40; ++i) pickle += "2\x86";
  EXPECT_TRUE(read(pickle + ".").is_tuple());
}

TEST(PickleReader, MalformedPicklesAreErrors) {
  for (const std::string& pickle : std::vector<std::string>{"",
                                                            ".",
                                                            "a.",
                                                            "]a.",
                                                            "(]a.",
                                                            "e.",
                                                            "]e.",
                                                            "K\1](eb.",
                                                            "}(K\1u.",
                                                            "K\1(K\2u.",
                                                            "h\1.",
                                                            "j\xff\xff\xff\xff.",
                                                            "q\1.",
                                                            "X\xff\xff\xff\xff.",
                                                            "\x8d\xff\xff\xff\xff\xff\xff\xff\xff.",
                                                            "\x8b\xff\xff\xff\xff.",
                                                            "R.",
                                                            "K\1)R.",
                                                            "cm\nf\nK\1R.",
                                                            "cm",
                                                            "c" + std::string(5000, 'a') + "\nb\n.",
                                                            "\x80\x09N.",
                                                            "I1\n.",
                                                            "\x82\1.",
                                                            "NQ.",
                                                            "K\1K\2\x86Q.",
                                                            "K\1K\2\x93.",
                                                            "K\1Nb.",
                                                            "N"}) {
    expect_error(ErrorKind::kCheckpoint, {"a.pt"}, [&] { read(pickle); });
  }
}

TEST(PickleReader, EveryTruncationIsAnError) {
  const std::string pickle = "\x80\x02}q\1(" + unicode("w") + tensor("K\2K\3\x86", "K\3K\1\x86") +
                             unicode("o") + "cm\nC\n)\x81}" + unicode("n") + "K\2sbu.";
  EXPECT_TRUE(read(pickle).is_dict());
  for (std::size_t size = 0; size < pickle.size(); ++size) {
    expect_error(ErrorKind::kCheckpoint, {"a.pt"}, [&] { read(std::string(pickle, 0, size)); });
  }
}

}  // namespace
}  // namespace saker
