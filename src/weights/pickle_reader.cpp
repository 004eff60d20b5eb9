#include "weights/pickle_reader.hpp"

#include <fmt/format.h>

#include <bit>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "saker/error.hpp"
#include "weights/little_endian.hpp"
#include "weights/pickle_graph.hpp"
#include "weights/pickle_objects.hpp"
#include "weights/pickle_opcodes.hpp"
#include "weights/pickle_stack.hpp"

namespace saker {
namespace {

constexpr std::size_t kMaxNameSize = 1024;
constexpr std::uint8_t kNewestProtocol = 5;

class PickleMachine {
 public:
  PickleMachine(std::span<const std::byte> pickle,
                const std::string& source,
                const StorageLoader& load_storage)
      : pickle_(pickle), source_(source), objects_(graph_, load_storage, pickle.size()) {}

  PickleValue run() {
    try {
      while (true) {
        const auto opcode = take_integer<std::uint8_t>();
        if (opcode == pickle::kStop) return graph_.close(stack_.pop());
        if (!push_scalar(opcode) && !build_container(opcode) && !use_memo(opcode) &&
            !make_object(opcode)) {
          fail(
              fmt::format("holds the instruction 0x{:02x}, which is not read here; save the file "
                          "again with a recent "
                          "version of PyTorch",
                          opcode));
        }
      }
    } catch (const Error& error) {
      throw error.with_context(source_);
    }
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorKind::kCheckpoint, fmt::format("its pickle, at byte {}, {}", position_, what));
  }

  std::span<const std::byte> take(std::uint64_t size) {
    if (size > pickle_.size() - position_) {
      fail(fmt::format(
          "needs {} more bytes, but has {}; the file is damaged or was not copied whole",
          size,
          pickle_.size() - position_));
    }
    const std::span<const std::byte> bytes = pickle_.subspan(position_, size);
    position_ += size;
    return bytes;
  }
  template <typename T>
  T take_integer() {
    return load_little_endian<T>(take(sizeof(T)).data());
  }
  std::string take_text(std::uint64_t size) {
    const std::span<const std::byte> bytes = take(size);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  std::string take_line() {
    std::string line;
    for (char c = static_cast<char>(take_integer<std::uint8_t>()); c != '\n';
         c = static_cast<char>(take_integer<std::uint8_t>())) {
      if (line.size() >= kMaxNameSize) fail("holds a name that is too long");
      line.push_back(c);
    }
    return line;
  }

  bool push_scalar(std::uint8_t opcode);
  bool build_container(std::uint8_t opcode);
  bool use_memo(std::uint8_t opcode);
  bool make_object(std::uint8_t opcode);

  PickleValue take_long(std::uint64_t size);
  void get_memo(std::uint32_t index);
  void append(std::vector<PickleValue> items);
  void set_items(std::vector<PickleValue> items);
  void add_items(std::vector<PickleValue> items);
  void build(PickleValue state);
  PickleValue reference(const std::string& module, const std::string& name);
  PickleOpaque set_of(const char* name, std::vector<PickleValue> items) const {
    return {.name = std::make_shared<const std::string>(name), .items = std::move(items)};
  }

  std::span<const std::byte> pickle_;
  std::size_t position_ = 0;
  const std::string& source_;
  // Declared before what refers to its containers, so that it empties them when nothing else does.
  PickleGraph graph_;
  PickleObjects objects_;
  PickleStack stack_;
  std::unordered_map<std::uint32_t, PickleValue> memo_;
  std::unordered_map<std::string, std::shared_ptr<const std::string>> names_;
};

bool PickleMachine::push_scalar(std::uint8_t opcode) {
  switch (opcode) {
    case pickle::kNone:
      stack_.push(PickleValue());
      return true;
    case pickle::kNewTrue:
      stack_.push(true);
      return true;
    case pickle::kNewFalse:
      stack_.push(false);
      return true;
    case pickle::kBinInt:
      stack_.push(take_integer<std::int32_t>());
      return true;
    case pickle::kBinInt1:
      stack_.push(take_integer<std::uint8_t>());
      return true;
    case pickle::kBinInt2:
      stack_.push(take_integer<std::uint16_t>());
      return true;
    case pickle::kLong1:
      stack_.push(take_long(take_integer<std::uint8_t>()));
      return true;
    case pickle::kLong4:
      stack_.push(take_long(take_integer<std::uint32_t>()));
      return true;
    case pickle::kBinFloat:  // big-endian, unlike all else
      stack_.push(std::bit_cast<double>(__builtin_bswap64(take_integer<std::uint64_t>())));
      return true;
    case pickle::kShortBinString:
    case pickle::kShortBinUnicode:
      stack_.push(take_text(take_integer<std::uint8_t>()));
      return true;
    case pickle::kBinString:
    case pickle::kBinUnicode:
      stack_.push(take_text(take_integer<std::uint32_t>()));
      return true;
    case pickle::kBinUnicode8:
      stack_.push(take_text(take_integer<std::uint64_t>()));
      return true;
    case pickle::kShortBinBytes:
      stack_.push(PickleBytes{take_text(take_integer<std::uint8_t>())});
      return true;
    case pickle::kBinBytes:
      stack_.push(PickleBytes{take_text(take_integer<std::uint32_t>())});
      return true;
    case pickle::kBinBytes8:
    case pickle::kByteArray8:
      stack_.push(PickleBytes{take_text(take_integer<std::uint64_t>())});
      return true;
    default:
      return false;
  }
}

// Two's complement, little-endian, of any length.
PickleValue PickleMachine::take_long(std::uint64_t size) {
  const std::span<const std::byte> bytes = take(size);
  const bool negative = !bytes.empty() && (bytes.back() & std::byte{0x80}) != std::byte{0};
  std::uint64_t value = negative ? ~std::uint64_t{0} : 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i >= sizeof(value)) {
      return graph_.make(PickleOpaque{
          .name = std::make_shared<const std::string>("int"),
          .state =
              PickleBytes{std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size())}});
    }
    const unsigned shift = static_cast<unsigned>(8 * i);
    value = (value & ~(std::uint64_t{0xff} << shift)) |
            (std::to_integer<std::uint64_t>(bytes[i]) << shift);
  }
  return static_cast<std::int64_t>(value);
}

bool PickleMachine::build_container(std::uint8_t opcode) {
  switch (opcode) {
    case pickle::kMark:
      stack_.mark();
      return true;
    case pickle::kPop:
      stack_.drop();
      return true;
    case pickle::kPopMark:
      stack_.pop_to_mark();
      return true;
    case pickle::kDup:
      stack_.push(PickleValue(stack_.top()));
      return true;
    case pickle::kEmptyTuple:
      stack_.push(graph_.make(PickleTuple{}));
      return true;
    case pickle::kTuple1:
    case pickle::kTuple2:
    case pickle::kTuple3:
      stack_.push(
          graph_.make(PickleTuple{stack_.pop_many(opcode - pickle::kTuple1 + std::size_t{1})}));
      return true;
    case pickle::kTuple:
      stack_.push(graph_.make(PickleTuple{stack_.pop_to_mark()}));
      return true;
    case pickle::kEmptyList:
      stack_.push(graph_.make(PickleList{}));
      return true;
    case pickle::kList:
      stack_.push(graph_.make(PickleList{stack_.pop_to_mark()}));
      return true;
    case pickle::kEmptyDict:
      stack_.push(graph_.make(PickleDict{}));
      return true;
    case pickle::kDict: {
      std::vector<PickleValue> items = stack_.pop_to_mark();
      stack_.push(graph_.make(PickleDict{}));
      set_items(std::move(items));
      return true;
    }
    case pickle::kEmptySet:
      stack_.push(graph_.make(set_of("builtins.set", {})));
      return true;
    case pickle::kFrozenSet:
      stack_.push(graph_.make(set_of("builtins.frozenset", stack_.pop_to_mark())));
      return true;
    case pickle::kAppend:
      append(stack_.pop_many(1));
      return true;
    case pickle::kAppends:
      append(stack_.pop_to_mark());
      return true;
    case pickle::kSetItem:
      set_items(stack_.pop_many(2));
      return true;
    case pickle::kSetItems:
      set_items(stack_.pop_to_mark());
      return true;
    case pickle::kAddItems:
      add_items(stack_.pop_to_mark());
      return true;
    default:
      return false;
  }
}

void PickleMachine::append(std::vector<PickleValue> items) {
  if (auto* list = PickleGraph::edit<PickleList>(stack_.top())) {
    list->items.insert(list->items.end(), items.begin(), items.end());
  } else {
    add_items(std::move(items));
  }
}

void PickleMachine::add_items(std::vector<PickleValue> items) {
  auto* opaque = PickleGraph::edit<PickleOpaque>(stack_.top());
  if (opaque == nullptr) fail(fmt::format("appends to a {}", stack_.top().type_name()));
  opaque->items.insert(opaque->items.end(), items.begin(), items.end());
}

void PickleMachine::set_items(std::vector<PickleValue> items) {
  if (items.size() % 2 != 0) fail("sets a key without a value");
  if (auto* dict = PickleGraph::edit<PickleDict>(stack_.top())) {
    for (std::size_t i = 0; i < items.size(); i += 2) {
      dict->items.emplace_back(std::move(items[i]), std::move(items[i + 1]));
    }
  } else {
    add_items(std::move(items));
  }
}

bool PickleMachine::use_memo(std::uint8_t opcode) {
  switch (opcode) {
    case pickle::kBinPut:
      memo_.insert_or_assign(take_integer<std::uint8_t>(), stack_.top());
      return true;
    case pickle::kLongBinPut:
      memo_.insert_or_assign(take_integer<std::uint32_t>(), stack_.top());
      return true;
    case pickle::kMemoize:
      memo_.insert_or_assign(static_cast<std::uint32_t>(memo_.size()), stack_.top());
      return true;
    case pickle::kBinGet:
      get_memo(take_integer<std::uint8_t>());
      return true;
    case pickle::kLongBinGet:
      get_memo(take_integer<std::uint32_t>());
      return true;
    default:
      return false;
  }
}

void PickleMachine::get_memo(std::uint32_t index) {
  const auto found = memo_.find(index);
  if (found == memo_.end())
    fail(fmt::format("refers to the object {}, which it never made", index));
  stack_.push(found->second);
}

bool PickleMachine::make_object(std::uint8_t opcode) {
  switch (opcode) {
    case pickle::kProto:
      if (const auto protocol = take_integer<std::uint8_t>(); protocol > kNewestProtocol) {
        fail(fmt::format("is of protocol {}, but at most {} is read", protocol, kNewestProtocol));
      }
      return true;
    case pickle::kFrame:
      take_integer<std::uint64_t>();
      return true;
    case pickle::kGlobal: {
      const std::string module = take_line();
      stack_.push(reference(module, take_line()));
      return true;
    }
    case pickle::kStackGlobal: {
      const PickleValue name = stack_.pop(), module = stack_.pop();
      stack_.push(reference(module.as_string(), name.as_string()));
      return true;
    }
    case pickle::kReduce:
    case pickle::kNewObj: {
      const PickleValue arguments = stack_.pop(), callable = stack_.pop();
      stack_.push(objects_.call(callable, arguments));
      return true;
    }
    case pickle::kNewObjEx: {
      const PickleValue keywords = stack_.pop(), arguments = stack_.pop(), callable = stack_.pop();
      if (!callable.is_opaque()) fail(fmt::format("calls a {}", callable.type_name()));
      stack_.push(graph_.make(PickleOpaque{
          .name = callable.as_opaque().name, .arguments = arguments, .items = {keywords}}));
      return true;
    }
    case pickle::kBuild:
      build(stack_.pop());
      return true;
    case pickle::kBinPersId:
      stack_.push(objects_.storage(stack_.pop()));
      return true;
    default:
      return false;
  }
}

PickleValue PickleMachine::reference(const std::string& module, const std::string& name) {
  if (module.size() + name.size() > kMaxNameSize) fail("holds a name that is too long");
  std::string qualified = module + "." + name;
  if (is_forbidden_name(module, name)) {
    throw Error(
        ErrorKind::kCheckpoint,
        fmt::format("refers to {}, which a weights file has no reason to do; nothing was run",
                    qualified));
  }
  std::shared_ptr<const std::string>& shared = names_[qualified];
  if (shared == nullptr) shared = std::make_shared<const std::string>(std::move(qualified));
  return graph_.make(PickleOpaque{.name = shared, .is_reference = true});
}

void PickleMachine::build(PickleValue state) {
  if (auto* opaque = PickleGraph::edit<PickleOpaque>(stack_.top())) {
    opaque->state = std::move(state);
  } else if (!stack_.top().is_dict() && !stack_.top().is_tensor()) {
    // What Python sets on dictionaries and tensors (module versions, say) means nothing here.
    fail(fmt::format("sets attributes of a {}", stack_.top().type_name()));
  }
}

}  // namespace

PickleValue read_pickle(std::span<const std::byte> pickle,
                        const std::string& source,
                        const StorageLoader& load_storage) {
  return PickleMachine(pickle, source, load_storage).run();
}

}  // namespace saker
