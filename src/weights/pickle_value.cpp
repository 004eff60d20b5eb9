#include "weights/pickle_value.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "saker/error.hpp"

namespace saker {

PickleValue::PickleValue(PickleBytes value) : data_(share(std::move(value))) {}
PickleValue::PickleValue(PickleList value) : data_(share(std::move(value))) {}
PickleValue::PickleValue(PickleTuple value) : data_(share(std::move(value))) {}
PickleValue::PickleValue(PickleDict value) : data_(share(std::move(value))) {}
PickleValue::PickleValue(PickleOpaque value) : data_(share(std::move(value))) {}

const PickleValue* PickleDict::find(std::string_view key) const noexcept {
  for (const auto& [name, value] : items) {
    if (name.is_string() && name.as_string() == key) return &value;
  }
  return nullptr;
}

void PickleDict::set(PickleValue key, PickleValue value) {
  items.emplace_back(std::move(key), std::move(value));
}

std::string PickleValue::type_name() const {
  static constexpr const char* kNames[] = {
      "None", "bool", "int", "float", "str", "bytes", "list", "tuple", "dict", "tensor", ""};
  if (is_opaque()) return *as_opaque().name;
  if (is_dict() && as_dict().ordered) return "OrderedDict";
  return kNames[data_.index()];
}

void PickleValue::wrong_type(const char* expected) const {
  throw Error(ErrorKind::kCheckpoint,
              fmt::format("holds a {}, but {} is expected", type_name(), expected));
}

template <typename T>
const T& PickleValue::get(const char* expected) const {
  const auto* pointer = std::get_if<std::shared_ptr<const T>>(&data_);
  if (pointer == nullptr) wrong_type(expected);
  return **pointer;
}

bool PickleValue::as_bool() const {
  if (!is_bool()) wrong_type("a bool");
  return std::get<bool>(data_);
}

std::int64_t PickleValue::as_int() const {
  if (!is_int()) wrong_type("an int");
  return std::get<std::int64_t>(data_);
}

double PickleValue::as_double() const {
  if (is_int()) return static_cast<double>(as_int());
  if (!is_double()) wrong_type("a float");
  return std::get<double>(data_);
}

const std::string& PickleValue::as_string() const { return get<std::string>("a str"); }
const PickleBytes& PickleValue::as_bytes() const { return get<PickleBytes>("a bytes object"); }
const PickleDict& PickleValue::as_dict() const { return get<PickleDict>("a dict"); }
const StoredTensor& PickleValue::as_tensor() const { return get<StoredTensor>("a tensor"); }
const PickleOpaque& PickleValue::as_opaque() const { return get<PickleOpaque>("an object"); }

const std::vector<PickleValue>& PickleValue::as_sequence() const {
  if (is_tuple()) return get<PickleTuple>("a tuple").items;
  return get<PickleList>("a list or tuple").items;
}

const PickleValue* PickleValue::find(std::string_view key) const noexcept {
  return is_dict() ? std::get<std::shared_ptr<const PickleDict>>(data_)->find(key) : nullptr;
}

const PickleValue& PickleValue::at(std::string_view key) const {
  const PickleValue* value = as_dict().find(key);
  if (value == nullptr) {
    throw Error(ErrorKind::kCheckpoint, fmt::format("lacks the key '{}'", key));
  }
  return *value;
}

bool operator==(const PickleValue& a, const PickleValue& b) {
  if (a.data() == b.data()) return true;  // the same object, or equal plain values
  if (a.data().index() != b.data().index()) return false;
  if (a.is_string()) return a.as_string() == b.as_string();
  if (a.is_bytes()) return a.as_bytes().data == b.as_bytes().data;
  if (a.is_list() || a.is_tuple()) return a.as_sequence() == b.as_sequence();
  if (a.is_dict()) {
    return a.as_dict().ordered == b.as_dict().ordered && a.as_dict().items == b.as_dict().items;
  }
  if (a.is_tensor()) {
    const StoredTensor &x = a.as_tensor(), &y = b.as_tensor();
    return x.type() == y.type() && x.shape == y.shape &&
           x.contiguous_bytes() == y.contiguous_bytes();
  }
  return false;
}

}  // namespace saker
