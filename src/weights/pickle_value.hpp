// What a pickle holds, as plain data.
//
//   PickleDict dict;
//   dict.set("step", 3);
//   dict.set("image_size", PickleTuple{{640, 640}});
//   PickleValue value = std::move(dict);
//   value.at("step").as_int();
//
// Values do not change once they are built; copies share what they hold.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "weights/stored_tensor.hpp"

namespace saker {

class PickleValue;

struct PickleList;
struct PickleTuple;
struct PickleDict;
struct PickleBytes;
struct PickleOpaque;

class PickleValue {
 public:
  PickleValue() noexcept = default;  // None
  PickleValue(std::nullptr_t) noexcept {}
  template <std::same_as<bool> T>
  PickleValue(T value) : data_(value) {}
  template <std::integral T>
  requires(!std::same_as<T, bool>) PickleValue(T value) : data_(static_cast<std::int64_t>(value)) {}
  PickleValue(double value) : data_(value) {}
  PickleValue(const char* value) : PickleValue(std::string(value)) {}
  PickleValue(std::string value) : data_(share(std::move(value))) {}
  PickleValue(PickleBytes value);
  PickleValue(PickleList value);
  PickleValue(PickleTuple value);
  PickleValue(PickleDict value);
  PickleValue(StoredTensor value) : data_(share(std::move(value))) {}
  PickleValue(PickleOpaque value);

  // Exactly the alternatives; shared pointers are never null.
  using Data = std::variant<std::nullptr_t,
                            bool,
                            std::int64_t,
                            double,
                            std::shared_ptr<const std::string>,
                            std::shared_ptr<const PickleBytes>,
                            std::shared_ptr<const PickleList>,
                            std::shared_ptr<const PickleTuple>,
                            std::shared_ptr<const PickleDict>,
                            std::shared_ptr<const StoredTensor>,
                            std::shared_ptr<const PickleOpaque>>;
  explicit PickleValue(Data data) noexcept : data_(std::move(data)) {}
  const Data& data() const noexcept { return data_; }

  bool is_none() const noexcept { return std::holds_alternative<std::nullptr_t>(data_); }
  bool is_bool() const noexcept { return std::holds_alternative<bool>(data_); }
  bool is_int() const noexcept { return std::holds_alternative<std::int64_t>(data_); }
  bool is_double() const noexcept { return std::holds_alternative<double>(data_); }
  bool is_number() const noexcept { return is_int() || is_double(); }
  bool is_string() const noexcept { return holds<std::string>(); }
  bool is_bytes() const noexcept { return holds<PickleBytes>(); }
  bool is_list() const noexcept { return holds<PickleList>(); }
  bool is_tuple() const noexcept { return holds<PickleTuple>(); }
  bool is_dict() const noexcept { return holds<PickleDict>(); }
  bool is_tensor() const noexcept { return holds<StoredTensor>(); }
  bool is_opaque() const noexcept { return holds<PickleOpaque>(); }
  // "None", "bool", "int", "float", "str", "bytes", "list", "tuple", "dict", "OrderedDict",
  // "tensor", or the class of an opaque object.
  std::string type_name() const;

  // Each throws Error (checkpoint) "is a list, but an int is expected" when the value has another
  // type.
  bool as_bool() const;
  std::int64_t as_int() const;
  double as_double() const;  // takes integers too
  const std::string& as_string() const;
  const PickleBytes& as_bytes() const;
  const std::vector<PickleValue>& as_sequence() const;  // a list or a tuple
  const PickleDict& as_dict() const;
  const StoredTensor& as_tensor() const;
  const PickleOpaque& as_opaque() const;

  // The value of a text key of a dict, or nullptr when it is absent or this is no dict.
  const PickleValue* find(std::string_view key) const noexcept;
  // The same, but throws Error (checkpoint) naming the key when it is absent.
  const PickleValue& at(std::string_view key) const;

 private:
  template <typename T>
  static std::shared_ptr<const T> share(T value) {
    return std::make_shared<T>(std::move(value));
  }
  template <typename T>
  bool holds() const noexcept {
    return std::holds_alternative<std::shared_ptr<const T>>(data_);
  }
  template <typename T>
  const T& get(const char* expected) const;
  [[noreturn]] void wrong_type(const char* expected) const;

  Data data_ = nullptr;
};

struct PickleList {
  std::vector<PickleValue> items;
};

struct PickleTuple {
  std::vector<PickleValue> items;
};

struct PickleBytes {
  std::string data;
};

// A dict, or an OrderedDict when `ordered`; both keep the order of insertion.
struct PickleDict {
  std::vector<std::pair<PickleValue, PickleValue>> items = {};
  bool ordered = false;

  // The value of a text key, or nullptr.
  const PickleValue* find(std::string_view key) const noexcept;
  // Appends. The key must be new.
  void set(PickleValue key, PickleValue value);
};

// An object of a class that is not known here, kept as data; nothing of it was ever run.
struct PickleOpaque {
  // Of the class or function, e.g. "argparse.Namespace".
  std::shared_ptr<const std::string> name = {};
  // The class or function itself, rather than what it would make.
  bool is_reference = false;
  // What it would be called with, a tuple.
  PickleValue arguments = {};
  // What would be set on it.
  PickleValue state = {};
  // What would be appended to it; pairs as key, value, key, value.
  std::vector<PickleValue> items = {};
};

// Same types and contents; tensors are equal when dtype, shape and elements are. Opaque objects are
// equal by identity.
bool operator==(const PickleValue& a, const PickleValue& b);

}  // namespace saker
