#include "saker/value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "saker/error.hpp"

namespace saker {
namespace {

bool is_member(const Value& value) {
  return value.is_array() && value.as_array().size() == 2 && value.as_array()[0].is_string();
}

[[noreturn]] void fail_type(const char* expected, const Value& value) {
  throw Error(
      ErrorKind::kUsage,
      fmt::format(
          "expected {}, but got {} of type {}", expected, value.to_json(), value.type_name()));
}

nlohmann::ordered_json to_nlohmann(const Value& value) {
  if (value.is_bool()) return value.as_bool();
  if (value.is_int()) return value.as_int();
  if (value.is_double()) return value.as_double();
  if (value.is_string()) return value.as_string();
  if (value.is_array()) {
    auto array = nlohmann::ordered_json::array();
    for (const Value& element : value.as_array()) array.push_back(to_nlohmann(element));
    return array;
  }
  if (value.is_object()) {
    auto object = nlohmann::ordered_json::object();
    for (const auto& [key, member] : value.as_object()) object[key_text(key)] = to_nlohmann(member);
    return object;
  }
  return nullptr;
}

}  // namespace

Value::Value(std::initializer_list<Value> values) {
  if (values.size() > 0 && std::all_of(values.begin(), values.end(), is_member)) {
    Object object;
    for (const Value& member : values) {
      object.emplace_back(member.as_array()[0].as_string(), member.as_array()[1]);
    }
    data_ = std::move(object);
  } else {
    data_ = Array(values);
  }
}

const char* Value::type_name() const noexcept {
  static constexpr const char* kNames[] = {"null", "bool", "int", "float", "str", "list", "map"};
  return kNames[data_.index()];
}

bool Value::as_bool() const {
  if (!is_bool()) fail_type("a boolean", *this);
  return std::get<bool>(data_);
}

std::int64_t Value::as_int() const {
  if (!is_int()) fail_type("an integer", *this);
  return std::get<std::int64_t>(data_);
}

double Value::as_double() const {
  if (is_int()) return static_cast<double>(std::get<std::int64_t>(data_));
  if (!is_double()) fail_type("a number", *this);
  return std::get<double>(data_);
}

const std::string& Value::as_string() const {
  if (!is_string()) fail_type("text", *this);
  return std::get<std::string>(data_);
}

const Value::Array& Value::as_array() const {
  if (!is_array()) fail_type("a list", *this);
  return std::get<Array>(data_);
}

const Value::Object& Value::as_object() const {
  if (!is_object()) fail_type("a map", *this);
  return std::get<Object>(data_);
}

Value::Array& Value::as_array() {
  if (!is_array()) fail_type("a list", *this);
  return std::get<Array>(data_);
}

Value::Object& Value::as_object() {
  if (!is_object()) fail_type("a map", *this);
  return std::get<Object>(data_);
}

const Value* Value::find(std::string_view key) const noexcept {
  const auto* object = std::get_if<Object>(&data_);
  if (object == nullptr) return nullptr;
  for (const auto& [name, value] : *object) {
    const auto* text = std::get_if<std::string>(&name);
    if (text != nullptr && *text == key) return &value;
  }
  return nullptr;
}

Value* Value::find(std::string_view key) noexcept {
  return const_cast<Value*>(std::as_const(*this).find(key));
}

const Value& Value::at(std::string_view key) const {
  const Value* value = find(key);
  if (value == nullptr) throw Error(ErrorKind::kUsage, fmt::format("missing key '{}'", key));
  return *value;
}

Value& Value::operator[](std::string_view key) {
  if (is_null()) data_ = Object();
  if (Value* value = find(key)) return *value;
  return as_object().emplace_back(std::string(key), Value()).second;
}

std::string Value::to_json(int indent) const {
  return to_nlohmann(*this).dump(indent, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string key_text(const Value::Key& key) {
  if (const auto* number = std::get_if<std::int64_t>(&key)) return std::to_string(*number);
  return std::get<std::string>(key);
}

}  // namespace saker
