// A value of a settings tree: what a YAML file, a JSON object or a C++ initialiser list can say.
//
//   saker::Value args = {{"lr", 0.05}, {"random_flip", {{"horizontal_prob", 0.5}}}, {"mosaic",
//   nullptr}}; args.at("lr").as_double();
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace saker {

class Value {
 public:
  using Array = std::vector<Value>;
  // Keys in the order in which they were written. A key is text or, as in the `names` of a dataset,
  // an integer.
  using Key = std::variant<std::string, std::int64_t>;
  using Object = std::vector<std::pair<Key, Value>>;

  Value() noexcept = default;  // null
  Value(std::nullptr_t) noexcept {}
  Value(bool value) : data_(value) {}
  Value(int value) : data_(static_cast<std::int64_t>(value)) {}
  Value(std::int64_t value) : data_(value) {}
  Value(double value) : data_(value) {}
  Value(const char* value) : data_(std::string(value)) {}
  Value(std::string value) : data_(std::move(value)) {}
  Value(Array value) : data_(std::move(value)) {}
  Value(Object value) : data_(std::move(value)) {}
  // An object when every element is a pair that starts with text, an array otherwise.
  Value(std::initializer_list<Value> values);

  bool is_null() const noexcept { return std::holds_alternative<std::nullptr_t>(data_); }
  bool is_bool() const noexcept { return std::holds_alternative<bool>(data_); }
  bool is_int() const noexcept { return std::holds_alternative<std::int64_t>(data_); }
  bool is_double() const noexcept { return std::holds_alternative<double>(data_); }
  bool is_number() const noexcept { return is_int() || is_double(); }
  bool is_string() const noexcept { return std::holds_alternative<std::string>(data_); }
  bool is_array() const noexcept { return std::holds_alternative<Array>(data_); }
  bool is_object() const noexcept { return std::holds_alternative<Object>(data_); }
  // "null", "bool", "int", "float", "str", "list" or "map".
  const char* type_name() const noexcept;

  // Each throws Error (usage) when the value has another type; as_double takes integers too.
  bool as_bool() const;
  std::int64_t as_int() const;
  double as_double() const;
  const std::string& as_string() const;
  const Array& as_array() const;
  const Object& as_object() const;
  Array& as_array();
  Object& as_object();

  // The member of an object, or nullptr when it is absent or this is no object.
  const Value* find(std::string_view key) const noexcept;
  Value* find(std::string_view key) noexcept;
  // The member of an object; throws Error (usage) when it is absent.
  const Value& at(std::string_view key) const;
  // The member of an object, made (null) when absent; null turns into an empty object.
  Value& operator[](std::string_view key);

  // JSON text, compact or indented by `indent` spaces. Integer keys become text.
  std::string to_json(int indent = -1) const;

  friend bool operator==(const Value& a, const Value& b) = default;

 private:
  std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Array, Object> data_ =
      nullptr;
};

// The text of a key as it stands in a dotted path.
std::string key_text(const Value::Key& key);

}  // namespace saker
