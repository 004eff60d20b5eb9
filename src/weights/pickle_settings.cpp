#include "weights/pickle_settings.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "saker/error.hpp"

namespace saker {
namespace {

constexpr int kMaxValues = 1'000'000;

[[noreturn]] void refuse(const std::string& path, const std::string& what) {
  throw Error(ErrorKind::kCheckpoint, path.empty() ? what : path + ": " + what);
}

Value::Key to_key(const PickleValue& key, const std::string& path) {
  if (key.is_string()) return key.as_string();
  if (key.is_int()) return key.as_int();
  refuse(path,
         fmt::format("has a key that is a {}, but text or an int is expected", key.type_name()));
}

// The text of a pathlib path, whose pickle holds its parts: "/", "data", "w.pt" or "C:\\", "w.pt".
std::optional<std::string> path_text(const PickleOpaque& object) {
  const std::string& name = *object.name;
  const bool posix = name.ends_with("PosixPath");
  if (!name.starts_with("pathlib.") || !(posix || name.ends_with("WindowsPath")) ||
      !object.arguments.is_tuple())
    return std::nullopt;
  const char separator = posix ? '/' : '\\';
  std::string text;
  for (const PickleValue& part : object.arguments.as_sequence()) {
    if (!part.is_string()) return std::nullopt;
    if (!text.empty() && text.back() != separator) text += separator;
    text += part.as_string();
  }
  return text;
}

// budget counts down: shared objects could make a small file a huge tree.
Value convert(const PickleValue& value, const std::string& path, int& budget) {
  if (--budget < 0) refuse(path, fmt::format("holds more than {} values", kMaxValues));
  if (value.is_none()) return nullptr;
  if (value.is_bool()) return value.as_bool();
  if (value.is_int()) return value.as_int();
  if (value.is_double()) return value.as_double();
  if (value.is_string()) return value.as_string();
  if (value.is_list() || value.is_tuple()) {
    Value::Array array;
    for (const PickleValue& item : value.as_sequence())
      array.push_back(convert(item, path, budget));
    return array;
  }
  if (value.is_dict()) {
    Value::Object object;
    for (const auto& [key, item] : value.as_dict().items) {
      Value::Key converted = to_key(key, path);
      const std::string item_path =
          path.empty() ? key_text(converted) : path + "." + key_text(converted);
      Value converted_item = convert(item, item_path, budget);
      object.emplace_back(std::move(converted), std::move(converted_item));
    }
    return object;
  }
  if (value.is_opaque()) {
    if (std::optional<std::string> text = path_text(value.as_opaque())) return *std::move(text);
  }
  refuse(path, fmt::format("is a {}, which no setting can be", value.type_name()));
}

}  // namespace

PickleValue to_pickle(const Value& value, SequenceType sequences) {
  if (value.is_bool()) return value.as_bool();
  if (value.is_int()) return value.as_int();
  if (value.is_double()) return value.as_double();
  if (value.is_string()) return value.as_string();
  if (value.is_array()) {
    std::vector<PickleValue> items;
    for (const Value& item : value.as_array()) items.push_back(to_pickle(item, sequences));
    if (sequences == SequenceType::kTuple) return PickleTuple{std::move(items)};
    return PickleList{std::move(items)};
  }
  if (value.is_object()) {
    PickleDict dict;
    for (const auto& [key, item] : value.as_object()) {
      dict.set(std::visit([](const auto& k) { return PickleValue(k); }, key),
               to_pickle(item, sequences));
    }
    return dict;
  }
  return nullptr;
}

Value to_value(const PickleValue& value) {
  int budget = kMaxValues;
  return convert(value, "", budget);
}

}  // namespace saker
