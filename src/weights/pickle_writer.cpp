#include "weights/pickle_writer.hpp"

#include <fmt/format.h>

#include <bit>
#include <limits>
#include <map>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "saker/error.hpp"
#include "weights/little_endian.hpp"
#include "weights/pickle_opcodes.hpp"

namespace saker {
namespace {

constexpr int kMaxDepth = 1000;
constexpr std::size_t kMaxSize = std::size_t{1} << 30;

const char* storage_class(StoredType type) {
  switch (type) {
    case StoredType::kFloat32:
      return "FloatStorage";
    case StoredType::kFloat64:
      return "DoubleStorage";
    case StoredType::kFloat16:
      return "HalfStorage";
    case StoredType::kBFloat16:
      return "BFloat16Storage";
    case StoredType::kInt64:
      return "LongStorage";
    case StoredType::kInt32:
      return "IntStorage";
    case StoredType::kInt16:
      return "ShortStorage";
    case StoredType::kInt8:
      return "CharStorage";
    case StoredType::kUint8:
      return "ByteStorage";
    case StoredType::kBool:
      return "BoolStorage";
  }
  return "ByteStorage";
}

class PickleWriter {
 public:
  WrittenPickle run(const PickleValue& value) {
    op(pickle::kProto);
    number<std::uint8_t>(2);
    write(value, 0);
    op(pickle::kStop);
    return std::move(out_);
  }

 private:
  void op(pickle::Opcode opcode) { out_.bytes.push_back(static_cast<char>(opcode)); }
  template <typename T>
  void number(T value) {
    append_little_endian(out_.bytes, value);
  }

  void write(const PickleValue& value, int depth);
  void write(std::int64_t value);
  void write(double value);
  void write(std::string_view text);
  void write(const PickleBytes& bytes);
  void write(const std::vector<PickleValue>& list, int depth);
  void write_tuple(const std::vector<PickleValue>& items, int depth);
  void write_integers(const std::vector<std::int64_t>& items);
  void write(const PickleDict& dict, int depth);
  void write(const StoredTensor& tensor);
  void write_empty_ordered_dict();
  void write_global(const char* module, const char* name);
  std::size_t storage_index(const std::shared_ptr<const TensorStorage>& storage);

  WrittenPickle out_;
  std::unordered_map<std::string, std::uint8_t> globals_;
  std::map<std::pair<const std::byte*, std::size_t>, std::size_t> storage_indices_;
};

void PickleWriter::write(const PickleValue& value, int depth) {
  if (depth > kMaxDepth) {
    throw Error(ErrorKind::kCheckpoint,
                fmt::format("objects nested deeper than {} cannot be written", kMaxDepth));
  }
  if (out_.bytes.size() > kMaxSize) {
    throw Error(ErrorKind::kCheckpoint, "the description of a checkpoint would exceed 1 GiB");
  }
  if (value.is_none()) {
    op(pickle::kNone);
  } else if (value.is_bool()) {
    op(value.as_bool() ? pickle::kNewTrue : pickle::kNewFalse);
  } else if (value.is_int()) {
    write(value.as_int());
  } else if (value.is_double()) {
    write(value.as_double());
  } else if (value.is_string()) {
    write(std::string_view(value.as_string()));
  } else if (value.is_bytes()) {
    write(value.as_bytes());
  } else if (value.is_list()) {
    write(value.as_sequence(), depth);
  } else if (value.is_tuple()) {
    write_tuple(value.as_sequence(), depth);
  } else if (value.is_dict()) {
    write(value.as_dict(), depth);
  } else if (value.is_tensor()) {
    write(value.as_tensor());
  } else {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("a Python object of class {} cannot be written", value.type_name()));
  }
}

void PickleWriter::write(std::int64_t value) {
  if (value >= 0 && value <= std::numeric_limits<std::uint8_t>::max()) {
    op(pickle::kBinInt1);
    number(static_cast<std::uint8_t>(value));
  } else if (value >= 0 && value <= std::numeric_limits<std::uint16_t>::max()) {
    op(pickle::kBinInt2);
    number(static_cast<std::uint16_t>(value));
  } else if (value >= std::numeric_limits<std::int32_t>::min() &&
             value <= std::numeric_limits<std::int32_t>::max()) {
    op(pickle::kBinInt);
    number(static_cast<std::int32_t>(value));
  } else {
    op(pickle::kLong1);
    number<std::uint8_t>(sizeof(value));
    number(value);
  }
}

void PickleWriter::write(double value) {
  op(pickle::kBinFloat);
  number(__builtin_bswap64(std::bit_cast<std::uint64_t>(value)));
}

void PickleWriter::write(std::string_view text) {
  if (text.size() > kMaxSize)
    throw Error(ErrorKind::kCheckpoint, "a text of more than 1 GiB cannot be written");
  op(pickle::kBinUnicode);
  number(static_cast<std::uint32_t>(text.size()));
  out_.bytes.append(text);
}

// Protocol 2 has no bytes: they travel as text whose characters stand for them.
void PickleWriter::write(const PickleBytes& bytes) {
  std::string text;
  for (const char c : bytes.data) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      text.push_back(c);
    } else {
      text.push_back(static_cast<char>(0xc0 | (byte >> 6)));
      text.push_back(static_cast<char>(0x80 | (byte & 0x3f)));
    }
  }
  write_global("_codecs", "encode");
  write(std::string_view(text));
  write(std::string_view("latin1"));
  op(pickle::kTuple2);
  op(pickle::kReduce);
}

void PickleWriter::write(const std::vector<PickleValue>& list, int depth) {
  op(pickle::kEmptyList);
  if (list.empty()) return;
  op(pickle::kMark);
  for (const PickleValue& item : list) write(item, depth + 1);
  op(pickle::kAppends);
}

void PickleWriter::write_tuple(const std::vector<PickleValue>& items, int depth) {
  if (items.size() > 3) op(pickle::kMark);
  for (const PickleValue& item : items) write(item, depth + 1);
  static constexpr pickle::Opcode kEnds[] = {
      pickle::kEmptyTuple, pickle::kTuple1, pickle::kTuple2, pickle::kTuple3, pickle::kTuple};
  op(kEnds[std::min<std::size_t>(items.size(), 4)]);
}

void PickleWriter::write_integers(const std::vector<std::int64_t>& items) {
  write_tuple({items.begin(), items.end()}, 0);
}

void PickleWriter::write(const PickleDict& dict, int depth) {
  if (dict.ordered) {
    write_empty_ordered_dict();
  } else {
    op(pickle::kEmptyDict);
  }
  if (dict.items.empty()) return;
  op(pickle::kMark);
  for (const auto& [key, value] : dict.items) {
    write(key, depth + 1);
    write(value, depth + 1);
  }
  op(pickle::kSetItems);
}

void PickleWriter::write(const StoredTensor& tensor) {
  const std::size_t index = storage_index(tensor.storage);
  write_global("torch._utils", "_rebuild_tensor_v2");
  op(pickle::kMark);
  op(pickle::kMark);
  write(std::string_view("storage"));
  write_global("torch", storage_class(tensor.type()));
  write(std::string_view(std::to_string(index)));
  write(std::string_view("cpu"));
  write(tensor.storage->numel);
  op(pickle::kTuple);
  op(pickle::kBinPersId);
  write(tensor.offset);
  write_integers(tensor.shape);
  write_integers(tensor.strides);
  op(tensor.requires_grad ? pickle::kNewTrue : pickle::kNewFalse);
  write_empty_ordered_dict();  // backward hooks
  op(pickle::kTuple);
  op(pickle::kReduce);
}

void PickleWriter::write_empty_ordered_dict() {
  write_global("collections", "OrderedDict");
  op(pickle::kEmptyTuple);
  op(pickle::kReduce);
}

void PickleWriter::write_global(const char* module, const char* name) {
  const auto [found, is_new] = globals_.emplace(fmt::format("{}\n{}\n", module, name),
                                                static_cast<std::uint8_t>(globals_.size()));
  if (!is_new) {
    op(pickle::kBinGet);
    number(found->second);
    return;
  }
  op(pickle::kGlobal);
  out_.bytes.append(found->first);
  op(pickle::kBinPut);
  number(found->second);
}

std::size_t PickleWriter::storage_index(const std::shared_ptr<const TensorStorage>& storage) {
  // Empty storages have no memory to share.
  const std::size_t next = out_.storages.size();
  if (storage->numel == 0) {
    out_.storages.push_back(storage);
    return next;
  }
  const std::span<const std::byte> bytes = storage->span();
  const auto [found, is_new] =
      storage_indices_.emplace(std::pair(bytes.data(), bytes.size()), next);
  if (is_new) {
    out_.storages.push_back(storage);
  } else if (out_.storages[found->second]->type != storage->type) {
    throw Error(ErrorKind::kCheckpoint,
                fmt::format("the same memory is used as {} and as {}, which cannot be written",
                            to_string(out_.storages[found->second]->type),
                            to_string(storage->type)));
  }
  return found->second;
}

}  // namespace

WrittenPickle write_pickle(const PickleValue& value) { return PickleWriter().run(value); }

}  // namespace saker
